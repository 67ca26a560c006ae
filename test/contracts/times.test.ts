/**
 * Where each client's time went, as its `closed` line has it, beside what the client itself saw.
 *
 * The observer brackets: its outer interval begins before the server's and ends after it, and its
 * inner one the other way round. So a late observer widens the bracket and fails no test. What the
 * server cannot name (the rest of `servedMs`) is compared within 10 % or 5 ms, and what the observer
 * itself may have added: a server waits for a client whose process is busy or was woken late.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelName } from '../../src/serving/host.js';
import { eventually } from '../support/eventually.js';
import { startHandoff, type ServerProcess } from '../support/handoff.js';
import type { LogLine } from '../support/log-lines.js';
import { limitsClients, modelOptions, underEveryModel } from '../support/models.js';

/** The kernel counts the backlog, and the arrival of bytes, in ticks of at most 10 ms. */
const TICK_MS = 10;

const noKernelTimes = process.platform !== 'linux' && 'only Linux tells when a connection came';

underEveryModel('the times of a client', (model) => {
  it(
    'add up to its life, and name all of it but waiting for the client',
    { skip: noKernelTimes },
    async (t) => {
      const { server, lateness } = await start(t, model, ['--warm', '5']);
      const seen = await Promise.all([1, 2, 3, 4, 5].map(() => visit(server, 'work 200\n')));
      const times = await closedTimes(server, seen, lateness);
      const lateMs = lateness();
      for (const { life, rest, computed, about } of times) {
        assert.ok(rest <= Math.max(life / 10, 5) + TICK_MS + lateMs, about);
        assert.ok(computed >= 190, about);
      }
      // One waited for the other, in a queue or for the loop; on threads, for a core if at all.
      const waited = times.map(({ backlog, queued, loopWait }) => backlog + queued + loopWait);
      assert.equal(
        Math.max(...waited) >= 600,
        model !== 'thread-per-client',
        `${waited.join()} ms`,
      );
    },
  );

  it('leave a sleeping and a silent client’s time unnamed', { skip: noKernelTimes }, async (t) => {
    const { server, lateness } = await start(t, model, ['--warm', '2']);
    const seen = [await visit(server, 'sleep 300\n'), await visit(server, '', 300)];
    const times = await closedTimes(server, seen, lateness);
    const lateMs = lateness();
    for (const { life, rest, computed, about } of times) {
      assert.ok(life >= 290 && computed <= 30 + lateMs, about);
      const named = life - rest - computed;
      assert.ok(named <= Math.max(life / 10, 5) + TICK_MS + lateMs, about);
    }
  });

  it('count the queue of a hundred clients on four threads', { skip: noKernelTimes }, async (t) => {
    const { server, lateness } = await start(t, model, ['--threads', '4', '--warm', '4']);
    const seen = await Promise.all(Array.from({ length: 100 }, () => visit(server, 'sleep 10\n')));
    const times = await closedTimes(server, seen, lateness);
    const lateMs = lateness();
    for (const { life, rest, about } of times) {
      assert.ok(rest <= 10 + Math.max(life / 10, 5) + TICK_MS + lateMs, about);
    }
    const longest = Math.max(...times.map(({ queued }) => queued));
    const least = model === 'iterative' ? 980 : limitsClients(model) ? 230 : 0;
    assert.ok(longest >= least, `the longest queue took ${longest} ms`);
  });

  it('count a pause of the whole process', { skip: noKernelTimes }, async (t) => {
    const { server, lateness } = await start(t, model, ['--warm', '2']);
    await visit(server, 'sleep 1\n');
    await server.log.next('closed');
    // Else the pause may fall into a turn of its loop, which belongs to a handler.
    await eventually('a loop that waits', () => server.isAsleep || undefined);
    process.kill(server.pid, 'SIGSTOP');
    const seen = visit(server, 'sleep 1\n');
    await sleep(400);
    process.kill(server.pid, 'SIGCONT');
    await seen;
    const [{ backlog, about } = assert.fail()] = await closedTimes(server, [await seen], lateness);
    assert.ok(backlog >= 400 - 2 * TICK_MS, about);
    await eventually('a line about the pause, which was no handler’s', () =>
      server.log
        .of('loop blocked')
        .find((line) => Number(line.blockedMs) >= 300 && line.connection === undefined),
    );
  });

  if (model !== 'thread-per-client') return;

  it('count the start of a thread', { skip: noKernelTimes }, async (t) => {
    const { server, lateness } = await start(t, model, ['--warm', '0']);
    const seen = await visit(server, 'sleep 1\n');
    const [{ threadStart, about } = assert.fail()] = await closedTimes(server, [seen], lateness);
    assert.ok(threadStart > 5 && threadStart <= seen.outerMs, about);
  });
});

/** @returns the server, and for how long this process's loop was busy or late since, in all */
async function start(t: TestContext, model: ModelName, args: readonly string[]) {
  // One worker: its clients wait for one loop, as those of main do.
  const options =
    model === 'thread-per-client' ? ['--model', model, ...args] : modelOptions(model, 1);
  const server = await startHandoff(t, ['work', ...options, '--loop-lag', '50']);
  const before = performance.eventLoopUtilization();
  let lateMs = 0;
  let dueMs = performance.now() + 5;
  const beat = setInterval(() => {
    const nowMs = performance.now();
    if (nowMs - dueMs > 2) lateMs += nowMs - dueMs;
    dueMs = nowMs + 5;
  }, 5);
  t.after(() => clearInterval(beat));
  return { server, lateness: () => lateMs + performance.eventLoopUtilization(before).active };
}

interface Seen {
  readonly port: number;
  /** From before the connect until the server had closed. */
  readonly outerMs: number;
  /** From when the connect was noticed until the client ended its side. */
  readonly innerMs: number;
}

/** Sends a request, reads its answer if there is one, and leaves after `stayMs`. */
async function visit({ address }: ServerProcess, request: string, stayMs = 0): Promise<Seen> {
  const beforeMs = performance.now();
  const socket: Socket = connect(address);
  socket.setNoDelay();
  await once(socket, 'connect');
  const connectedMs = performance.now();
  const localPort = socket.localPort ?? 0;
  if (request !== '') {
    socket.write(request);
    await once(socket, 'data');
  }
  if (stayMs > 0) await sleep(stayMs);
  const innerMs = performance.now() - connectedMs;
  socket.end();
  socket.resume();
  await once(socket, 'close');
  return { port: localPort, outerMs: performance.now() - beforeMs, innerMs };
}

/** The times of each client's `closed` line, whose sum lies between what the client saw. */
async function closedTimes(server: ServerProcess, seen: readonly Seen[], lateness: () => number) {
  const times = [];
  for (const { port, outerMs, innerMs } of seen) {
    const line = await server.log.next('closed', { peer: `127.0.0.1:${port}` });
    const [backlog, queued, threadStart, served] = numbersOf(
      ...[line, 'backlogMs', 'queuedMs', 'threadStartMs', 'servedMs'],
    );
    const [computed, loopWait, coreWait] = numbersOf(
      line,
      'computedMs',
      'loopWaitMs',
      'coreWaitMs',
    );
    const life = backlog + queued + threadStart + served;
    const rest = served - computed - loopWait - coreWait;
    const about = `${JSON.stringify(line)}, seen from outside: ${innerMs} to ${outerMs} ms`;
    assert.ok(Math.abs(queued + threadStart - Number(line.waitedMs)) < 0.01, about);
    assert.ok(life >= innerMs - TICK_MS && life <= outerMs + TICK_MS + lateness(), about);
    assert.ok(rest >= -TICK_MS, about);
    times.push({ life, rest, backlog, queued, threadStart, computed, loopWait, about });
  }
  return times;
}

function numbersOf(line: LogLine, ...fields: readonly string[]) {
  return fields.map((field) => Number(line[field] ?? 0)) as [number, number, number, number];
}
