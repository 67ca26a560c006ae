/** Whether a worker takes the core from others when it wakes: as the kernel schedules its thread. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { connectClient } from '../../support/client.js';
import { eventually } from '../../support/eventually.js';
import { startHandoff } from '../../support/handoff.js';

const [USUAL, BATCH] = ['0', '3'];
/** The place of `policy` in proc(5)'s `stat`, after the name in brackets. */
const POLICY = 38;

/** The policies of the threads that are named `worker-<id>`. */
function policiesOf(pid: number): (string | undefined)[] {
  return readdirSync(`/proc/${pid}/task`)
    .map((thread) => readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8'))
    .filter((stat) => stat.includes('(worker-'))
    .map((stat) => stat.slice(stat.lastIndexOf(')') + 2).split(' ')[POLICY]);
}

describe('a worker', { timeout: 30_000 }, () => {
  it('preempts other threads as long as it has a client that stays', async (t) => {
    const options = ['echo', '--model', 'worker-event-loops', '--workers', '1'];
    const { pid, ...server } = await startHandoff(t, options);
    assert.deepEqual(policiesOf(pid), [BATCH]);
    const client = await connectClient(t, server);
    await client.exchange('hello', 'hello');
    await eventually('the usual policy', () => policiesOf(pid)[0] === USUAL || undefined);
    client.halfClose();
    await client.expectEnd();
    await eventually('the policy of a batch', () => policiesOf(pid)[0] === BATCH || undefined);
  });
});
