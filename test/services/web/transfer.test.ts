/** A transfer closes its descriptor, whatever happens to its client. */
import assert from 'node:assert/strict';
import { fstatSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { MaybePromise } from '../../../src/connection/connection.js';
import { Transfer } from '../../../src/services/web/transfer.js';
import { FakeConnection, type Manner } from '../../support/fake-connection.js';
import { temporaryDirectory } from '../../support/handoff.js';

const PIECES = 3;
const FILE_BYTES = PIECES * 65_536;

/** A client that is lost at one piece. */
class LosingConnection extends FakeConnection {
  readonly #manner: Manner;
  #left: number;

  constructor(manner: Manner, taken: number) {
    super([], manner);
    this.#manner = manner;
    this.#left = taken;
  }

  override sendAll(bytes: Uint8Array): MaybePromise<undefined> {
    if (this.#left-- > 0) return super.sendAll(bytes);
    const lost = new Error('lost');
    if (this.#manner === 'promises') return Promise.reject(lost);
    throw lost;
  }
}

describe('a transfer closes its file', () => {
  for (const manner of ['values', 'promises'] as const) {
    for (let taken = 0; taken <= PIECES; taken++) {
      const how =
        taken === PIECES ? 'when all is sent' : `when its client is lost after ${taken} pieces`;
      it(`${how}, sending by ${manner}`, async (t) => {
        const path = join(temporaryDirectory(t), 'file');
        writeFileSync(path, Buffer.alloc(FILE_BYTES));
        const fd = openSync(path, 'r');
        const plan = { head: Buffer.from('head'), range: { start: 0, end: FILE_BYTES } };
        const transfer = new Transfer(fd, plan);
        const sending = (async () => transfer.sendTo(new LosingConnection(manner, taken)))();
        if (taken === PIECES) assert.equal(await sending, undefined);
        else await assert.rejects(sending, { message: 'lost' });
        assert.throws(() => fstatSync(fd), { code: 'EBADF' });
      });
    }
  }
});
