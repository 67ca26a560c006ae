/** Which ways to a thread there are, which models take them, and how one that is lacking is refused. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseHandOff, HAND_OFF_WAYS, handOffs, handOffsOf } from '../../src/serving/hand-off.js';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { StartError } from '../../src/base/errors.js';

const ANYWHERE = { host: '127.0.0.1', port: 0 };

describe('the ways to a thread', () => {
  it('begin with the default of the model', () => {
    for (const model of MODEL_NAMES)
      assert.equal(handOffsOf(model)[0], chooseHandOff(model, undefined, ANYWHERE));
  });

  it('are those of some model each, with a summary', () => {
    for (const way of HAND_OFF_WAYS) {
      assert.ok(MODEL_NAMES.some((model) => handOffsOf(model).includes(way)));
      assert.match(handOffs[way].summary, /^[\w ].{10,70}$/);
    }
  });

  it('are refused to a model without threads for clients', () => {
    assert.deepEqual(handOffsOf('event-loop'), []);
    assert.throws(
      () => chooseHandOff('event-loop', 'lend', ANYWHERE),
      (error) => error instanceof StartError && /event-loop does not take/.test(error.message),
    );
  });

  it('are refused on a Unix-domain socket where they need TCP', () => {
    for (const way of HAND_OFF_WAYS.filter((one) => handOffs[one].needsTcp !== undefined))
      assert.throws(
        () => chooseHandOff('thread-per-client', way, { path: '/tmp/socket' }),
        (error) => error instanceof StartError && /with --socket: /.test(error.message),
      );
  });

  it('say in one line what they need, where this Node or system lacks it', () => {
    for (const [way, entry] of Object.entries(handOffs))
      assert.match(entry.lacking() ?? 'nothing', /^[^\n]{1,120}$/, way);
  });

  it('include transfer where Node can transfer a net.Socket', () => {
    const [major = 0] = process.versions.node.split('.').map(Number);
    const lacking = handOffs.transfer.lacking();
    if (major < 24) assert.match(lacking ?? '', /net\.Socket.*24\.20/);
    if (major === 26 && process.platform === 'linux') assert.equal(lacking, undefined);
  });
});
