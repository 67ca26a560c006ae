/** The head of an HTTP answer, and what its reader leaves as it was. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HTTPParser } from 'http-parser-js';
import { HeadReader } from '../../../src/clients/http/head.js';

describe('the reader of an answer', () => {
  it('reads every byte of a header, and leaves the encoding of other parsers alone', () => {
    const before = HTTPParser.encoding;
    const reader = new HeadReader();
    assert.equal(HTTPParser.encoding, before);
    const answer = Buffer.from('HTTP/1.1 200 OK\r\nx-city: K\u00f6ln\r\n\r\n', 'latin1');
    assert.deepEqual(reader.read(answer)?.head.headers, [['x-city', 'K\u00f6ln']]);
    assert.equal(HTTPParser.encoding, before);
    assert.throws(() => new HeadReader().read(Buffer.from('none\r\n')));
    assert.equal(HTTPParser.encoding, before);
  });
});
