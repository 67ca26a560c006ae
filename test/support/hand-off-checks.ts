/** What must hold by every way to a thread, a few hundred times in the normal tests, more in the faults. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { HandOffWay } from '../../src/serving/host.js';
import { connectClient } from './client.js';
import { runCycles } from './cycles.js';
import { eventually } from './eventually.js';
import { fixture, startHandoff } from './handoff.js';

const THREADS = 8;
/** Less than 20,000 leaks of 2 kB, more than the garbage that V8 has not yet collected. */
const MEMORY_SLACK_KB = 32_768;

/** Clients of every kind leave descriptors, threads and memory where they were. */
export async function leavesNothingBehind(
  t: TestContext,
  way: HandOffWay,
  { warmUp, cycles }: { readonly warmUp: number; readonly cycles: number },
): Promise<void> {
  const warm = way === 'share' || way === 'reuse-port' ? [] : ['--warm', `${THREADS}`];
  // Small heaps fill soon.
  const threads = ['--threads', `${THREADS}`, '--thread-memory', '16'];
  const args = ['echo', '--handoff', way, ...threads, ...warm];
  const server = await startHandoff(t, args);
  await runCycles(server.address, warmUp);
  await server.log.count('closed', warmUp);
  // All that were closed are. A thread keeps one more from its first transfer on.
  const idle = server.descriptors;
  const before = { threads: server.threads, residentKb: server.residentKb };

  await runCycles(server.address, cycles);
  const total = warmUp + cycles;
  await server.log.count('closed', total);
  await eventually('the descriptors of before', () => server.descriptors === idle || undefined);
  assert.equal(server.threads, before.threads);
  const grownKb = server.residentKb - before.residentKb;
  t.diagnostic(`${way}: memory grew by ${grownKb} kB`);
  assert.ok(grownKb < MEMORY_SLACK_KB, `grown by ${grownKb} kB`);

  assert.deepEqual(await server.stop(), { status: 0, signal: null });
  const closed = server.log.of('closed');
  assert.equal(server.log.of('accepted').length, total);
  assert.equal(new Set(closed.map(({ connection }) => connection)).size, total);
  assert.equal(closed.length, total);
  assert.deepEqual(server.log.of('thread lost'), []);
}

/**
 * A thread dies while it serves: its client ends, the next one gets the thread that replaces it, and
 * nothing stays open.
 */
export async function survivesDeaths(
  t: TestContext,
  way: HandOffWay,
  deaths: number,
): Promise<void> {
  const args = [fixture('trouble'), '--handoff', way, '--threads', '1', '--thread-memory', '16'];
  const server = await startHandoff(t, args);
  const asks = ['exit', 'throw-later', 'oom'];
  // Once before: what the first client loads stays open.
  for (let round = 0; round < 2; round++) await ask(`first-${round}`);
  await server.log.count('closed', 2);
  const before = server.descriptors;
  for (let round = 0; round < deaths; round++) {
    const doomed = await connectClient(t, server);
    await doomed.exchange(`echo doomed-${round}\n`, `doomed-${round}\n`);
    doomed.send(`${asks[round % asks.length]}\n`);
    await doomed.expectEnd();
    doomed.close();
    await ask(`after-${round}`);
  }
  await server.log.count('closed', 2 + 2 * deaths);
  const reasons = server.log.of('closed').map(({ reason }) => reason);
  assert.equal(reasons.filter((reason) => reason === 'thread lost').length, deaths);
  assert.equal(server.log.of('thread lost').length, deaths);
  await eventually('the descriptors of before', () => server.descriptors === before || undefined);
  assert.deepEqual(await server.stop(), { status: 0, signal: null });
  assert.deepEqual(server.log.of('uncaught error'), []);

  async function ask(token: string): Promise<void> {
    const client = await connectClient(t, server);
    await client.exchange(`echo ${token}\n`, `${token}\n`);
    client.halfClose();
    await client.expectEnd();
    client.close();
  }
}

/** A stop in the middle of a rush ends in order, and every client that was accepted is closed. */
export async function stopsUnderLoad(t: TestContext, way: HandOffWay): Promise<void> {
  const args = ['echo', '--handoff', way, '--threads', '4', '--grace', '200'];
  const server = await startHandoff(t, args);
  // With reuse-port, those of the rush that the kernel gives to its thread would wait for its end.
  const staying = way === 'reuse-port' ? undefined : await connectClient(t, server);
  await staying?.exchange('I stay', 'I stay');
  // Clients fail as soon as the server has stopped.
  const rush = runCycles(server.address, 1e6).catch(() => undefined);
  await server.log.count('closed', 200);
  assert.deepEqual(await server.stop(), { status: 0, signal: null });
  await staying?.expectOver();
  staying?.close();
  await rush;
  const numbers = (message: string) =>
    server.log
      .of(message)
      .map(({ connection }) => Number(connection))
      .sort((one, other) => one - other);
  assert.deepEqual(numbers('closed'), numbers('accepted'));
  assert.deepEqual(server.log.of('thread lost'), []);
  assert.equal(server.log.of('stopped').length, 1);
}
