import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkConditions, rangeOf } from '../../../src/services/web/conditions.js';
import type { Fields } from '../../../src/services/web/request.js';

const modifiedMs = Date.UTC(1994, 10, 6, 8, 49, 37);
const version = { etag: '"v1"', modifiedMs };
const SAME = 'Sun, 06 Nov 1994 08:49:37 GMT';
const BEFORE = 'Sun, 06 Nov 1994 08:49:36 GMT';
const AFTER = 'Sun, 06 Nov 1994 08:49:38 GMT';

describe('conditions', () => {
  for (const [expected, fields] of [
    [200, {}],
    [304, { 'if-none-match': '"v1"' }],
    [304, { 'if-none-match': 'W/"v1"' }],
    [304, { 'if-none-match': '"v0", "v1"' }],
    [304, { 'if-none-match': '*' }],
    [200, { 'if-none-match': '"v0"' }],
    [200, { 'if-none-match': 'v1' }],
    [304, { 'if-modified-since': SAME }],
    [304, { 'if-modified-since': AFTER }],
    [200, { 'if-modified-since': BEFORE }],
    [304, { 'if-modified-since': 'Sunday, 06-Nov-94 08:49:37 GMT' }],
    [304, { 'if-modified-since': 'Sun Nov  6 08:49:37 1994' }],
    [200, { 'if-modified-since': '2030-01-01' }],
    [200, { 'if-modified-since': 'tomorrow' }],
    [200, { 'if-none-match': '"v0"', 'if-modified-since': AFTER }],
    [200, { 'if-match': '"v1"' }],
    [200, { 'if-match': '*' }],
    [412, { 'if-match': '"v0"' }],
    [412, { 'if-match': 'W/"v1"' }],
    [200, { 'if-match': '"v1"', 'if-unmodified-since': BEFORE }],
    [412, { 'if-unmodified-since': BEFORE }],
    [200, { 'if-unmodified-since': SAME }],
    [412, { 'if-match': '"v0"', 'if-none-match': '"v1"' }],
  ] as const satisfies readonly (readonly [number, Fields])[]) {
    it(`${JSON.stringify(fields)} lead to ${expected}`, () => {
      assert.equal(checkConditions(fields, version), expected);
    });
  }
});

describe('a range of 10 bytes', () => {
  const from = (start: number, end: number) => ({ start, end });
  for (const [range, expected] of [
    ['bytes=0-3', from(0, 4)],
    ['bytes=0-0', from(0, 1)],
    ['bytes=4-', from(4, 10)],
    ['bytes=-3', from(7, 10)],
    ['bytes=-30', from(0, 10)],
    ['bytes=9-99999999999999999999', from(9, 10)],
    ['BYTES=0-3', from(0, 4)],
    ['bytes=10-', 'none'],
    ['bytes=10-12', 'none'],
    ['bytes=-0', 'none'],
    ['bytes=3-1', undefined],
    ['bytes=-', undefined],
    ['bytes=0-1,4-5', undefined],
    ['bytes=0x1-2', undefined],
    ['bytes=+1-2', undefined],
    ['lines=0-3', undefined],
    ['0-3', undefined],
  ] as const) {
    it(`${range} is ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(rangeOf({ range }, 10, version), expected);
    });
  }

  it('is the whole of an empty file, unless it begins behind that', () => {
    assert.equal(rangeOf({ range: 'bytes=0-' }, 0, version), undefined);
    assert.equal(rangeOf({ range: 'bytes=-1' }, 0, version), undefined);
    assert.equal(rangeOf({ range: 'bytes=1-' }, 0, version), 'none');
    assert.equal(rangeOf({ range: 'bytes=-0' }, 0, version), 'none');
  });

  it('is the whole file if the client has a part of another version', () => {
    const part = (ifRange: string) =>
      rangeOf({ range: 'bytes=0-3', 'if-range': ifRange }, 10, version);
    for (const same of ['"v1"', SAME]) assert.deepEqual(part(same), from(0, 4));
    for (const other of ['"v0"', 'W/"v1"', BEFORE, AFTER, 'v1'])
      assert.equal(part(other), undefined);
  });
});
