/** Calls between two real threads, and how main answers them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { SyncCallSlot, performCall, type Call } from '../../src/threads/calls.js';
import type { Session } from '../../src/shared/shared.js';

const CALLER = new URL('../fixtures/caller.js', import.meta.url);

/** A thread that makes the calls one after the other, and what they gave or why they failed. */
async function callFromThread(session: object, calls: readonly Call[]): Promise<unknown[]> {
  const box = new SyncCallSlot();
  const thread = new Worker(CALLER, { workerData: { buffer: box.buffer, calls } });
  const results: unknown[] = [];
  thread.on('message', (message: { rung: true } | { result: unknown }) => {
    if ('result' in message) {
      results.push(message.result);
      return;
    }
    const call = box.take();
    assert.ok(call, 'the bell was rung without a call');
    assert.equal(box.take(), undefined, 'a call is taken once');
    void performCall(session as Session, call).then((outcome) => box.answer(outcome));
  });
  await once(thread, 'exit');
  return results;
}

describe('a call from a client thread', { timeout: 20_000 }, () => {
  const session = {
    factor: 2,
    twice(value: number) {
      return value * this.factor;
    },
    join: (...texts: string[]) => Promise.resolve(texts.join('+')),
    nothing: () => undefined,
    fail: () => Promise.reject(new Error('as requested')),
    long: () => 'x'.repeat(100_000),
  };

  it('returns the value of the method or of its promise', async () => {
    const results = await callFromThread(session, [
      { method: 'twice', args: [21] },
      { method: 'join', args: ['a', 'žluť', '\u0000'] },
      { method: 'nothing', args: [] },
    ]);
    assert.deepEqual(results, [{ value: 42 }, { value: 'a+žluť+\u0000' }, { value: undefined }]);
  });

  it('fails with the reason when the method fails, and the next one does not', async () => {
    const results = await callFromThread(session, [
      { method: 'fail', args: [] },
      { method: 'absent', args: [] },
      { method: 'long', args: [] },
      { method: 'join', args: ['x'.repeat(100_000)] },
      { method: 'twice', args: [1] },
    ]);
    assert.deepEqual(results, [
      { error: 'the call of fail failed: as requested' },
      { error: 'the call of absent failed: a session has no such method' },
      { error: 'the call of long failed: a call of 100012 bytes is too long: at most 32768' },
      { error: 'a call of 100029 bytes is too long: at most 32768' },
      { value: 2 },
    ]);
  });

  it('fails, as do later ones, when main closes the slot instead of answering', async () => {
    const box = new SyncCallSlot();
    const calls = [1, 2].map((value) => ({ method: 'twice', args: [value] }));
    const thread = new Worker(CALLER, { workerData: { buffer: box.buffer, calls } });
    const errors: unknown[] = [];
    thread.on('message', (message: { rung: true } | { result: { error: string } }) => {
      if ('result' in message) errors.push(message.result.error);
      else box.close();
    });
    await once(thread, 'exit');
    const error = 'the call of twice ended: the server stops';
    assert.deepEqual(errors, [error, error]);
  });

  it('carries the longest message with every character escaped', async () => {
    const text = '\u0001'.repeat(4096);
    assert.deepEqual(await callFromThread(session, [{ method: 'join', args: [text] }]), [
      { value: text },
    ]);
  });
});
