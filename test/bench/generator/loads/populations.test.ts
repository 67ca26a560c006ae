/**
 * Several populations at once against our own server in this process and against faulty servers.
 */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { Histogram } from '../../../../src/base/histogram.js';
import type {
  PopulationSettings,
  PopulationsJob,
} from '../../../../bench/generator/protocol/jobs.js';
import { startGenerator, type Generator } from '../../../../bench/generator/handle.js';
import { noErrors } from '../../../../bench/generator/protocol/error-kinds.js';
import type { PopulationResult } from '../../../../bench/generator/protocol/results.js';
import { startRawServer, unusedPort } from '../../../support/raw-server.js';
import { startServer } from '../../../support/server.js';

const WINDOW_MS = 80;
const SHORT: PopulationSettings = {
  name: 'short',
  clients: 3,
  pattern: 'keep',
  line: 'short',
  answer: 'done short',
};
/** Without an answer: the generator learns it from the server. */
const LEARNED: PopulationSettings = { name: 'learned', clients: 2, pattern: 'keep', line: 'short' };
const LONG: PopulationSettings = {
  ...SHORT,
  name: 'long',
  clients: 2,
  line: 'long',
  answer: 'done long',
};

/** A server that calls `answer` for every line. */
function serveLines(
  test: TestContext,
  answer: (line: string, socket: Socket) => void,
): Promise<number> {
  return startRawServer(test, (socket) => {
    let rest = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) answer(line, socket);
    });
    socket.on('end', () => socket.end());
  });
}

function answerRight(line: string, socket: Socket): void {
  socket.write(`done ${line}\n`);
}

describe('populations', { skip: process.platform !== 'linux' && 'epoll is Linux only' }, () => {
  let generator: Generator;
  before(async () => {
    generator = await startGenerator();
  });
  after(() => generator.stop());

  function load(
    port: number,
    populations: PopulationSettings[],
    options: Partial<PopulationsJob> = {},
  ) {
    return generator.runPopulations({ port, populations, durationMs: WINDOW_MS, ...options });
  }

  async function loadPair(
    port: number,
    populations: readonly [PopulationSettings, PopulationSettings],
    options: Partial<PopulationsJob> = {},
  ): Promise<[PopulationResult, PopulationResult]> {
    const [first, second] = (await load(port, [...populations], options)).populations;
    assert.ok(first && second);
    return [first, second];
  }

  async function loadOne(
    port: number,
    population: PopulationSettings,
    options: Partial<PopulationsJob> = {},
  ): Promise<PopulationResult> {
    const [result] = (await load(port, [population], options)).populations;
    assert.ok(result);
    return result;
  }

  it('loads our own server with work and sleep at once, and counts each population apart', async (test) => {
    const { port } = await startServer(test, { service: 'work', model: 'event-loop' });
    const result = await load(
      port,
      [
        { name: 'sleep', clients: 4, pattern: 'keep', line: 'sleep 10', answer: 'done 10' },
        { name: 'learned', clients: 2, pattern: 'churn', line: 'work 0' },
      ],
      { durationMs: 150, serverPid: process.pid, silentClients: 1 },
    );
    const [sleep, learned] = result.populations;
    assert.deepEqual(
      result.populations.map(({ name, errors, clientsServed }) => ({
        name,
        errors,
        clientsServed,
      })),
      [
        { name: 'sleep', errors: noErrors(), clientsServed: 4 },
        { name: 'learned', errors: noErrors(), clientsServed: 2 },
      ],
    );
    assert.ok((sleep?.latency.minNs ?? 0) >= 9e6);
    assert.equal(learned?.latency.count, learned?.requests);
    assert.ok((result.server?.threads ?? 0) > 1);
  });

  it('uses one connection per request in churn, and one per client in keep', async (test) => {
    const connections = { short: 0, long: 0 };
    const port = await startRawServer(test, (socket) => {
      socket.on('end', () => socket.end());
      socket.once('data', (first) => {
        connections[first.toString() === 'short\n' ? 'short' : 'long'] += 1;
        socket.write(`done ${first.toString()}`);
        socket.on('data', (more) => socket.write(`done ${more.toString()}`));
      });
    });
    const [short, long] = await loadPair(port, [{ ...SHORT, pattern: 'churn' }, LONG]);
    assert.deepEqual([short.errors, long.errors], [noErrors(), noErrors()]);
    assert.equal(connections.long, LONG.clients);
    assert.ok(connections.short >= short.requests && short.requests > SHORT.clients);
  });

  it('reports a population that is starved from the start without errors', async (test) => {
    const port = await serveLines(test, (line, socket) => {
      if (line === 'short') answerRight(line, socket);
    });
    const [short, long] = await loadPair(port, [SHORT, LONG], { warmUpMs: 20 });
    assert.ok(short.requests > 0);
    assert.equal(long.requests, 0);
    assert.equal(long.clientsServed, 0);
    assert.equal(long.clientsUnanswered, LONG.clients);
    assert.deepEqual(long.errors, noErrors());
    assert.equal(long.censored.count, LONG.clients);
    // They have waited since before the warm-up.
    assert.ok(long.censored.minNs > WINDOW_MS * 1e6);
  });

  it('reports how long clients have waited that were served at first only', async (test) => {
    const answered = new Set<Socket>();
    const port = await serveLines(test, (line, socket) => {
      if (!answered.has(socket)) answerRight(line, socket);
      answered.add(socket);
    });
    const long = await loadOne(port, LONG, { warmUpMs: 300, answerLimitMs: 30 });
    assert.equal(long.clientsServed, 0);
    assert.equal(long.clientsUnanswered, 0);
    assert.equal(long.censored.count, LONG.clients);
    assert.ok(long.censored.minNs > (WINDOW_MS - 1) * 1e6);
    assert.deepEqual(long.errors, { ...noErrors(), timeout: LONG.clients });
  });

  it('leaves just sent requests out of the censored observations', async (test) => {
    const port = await serveLines(test, (line, socket) => {
      setTimeout(() => answerRight(line, socket), 10);
    });
    const { censored, latency, clientsServed } = await loadOne(port, { ...SHORT, clients: 20 });
    assert.ok(clientsServed > 0);
    const medianNs = Histogram.fromJSON(latency).percentile(50);
    assert.ok(
      censored.count === 0 || censored.minNs > medianNs,
      `${censored.minNs} ns, median ${medianNs} ns`,
    );
  });

  it('waits for answers after the window up to the limit', async (test) => {
    const port = await serveLines(test, (line, socket) => {
      setTimeout(() => answerRight(line, socket), 2 * WINDOW_MS);
    });
    const patient = await loadOne(port, SHORT, { durationMs: 10, warmUpMs: 4 * WINDOW_MS });
    assert.deepEqual(patient.errors, noErrors());
    const impatient = await loadOne(port, SHORT, {
      durationMs: 10,
      warmUpMs: 4 * WINDOW_MS,
      answerLimitMs: 1,
    });
    assert.ok(impatient.errors.timeout > 0);
  });

  it('waits for the think time between an answer and the next request', async (test) => {
    const gapsMs: number[] = [];
    const answeredMs = new Map<Socket, number>();
    const port = await serveLines(test, (line, socket) => {
      const before = answeredMs.get(socket);
      if (before !== undefined) gapsMs.push(performance.now() - before);
      answeredMs.set(socket, performance.now());
      answerRight(line, socket);
    });
    const { requests, errors } = await loadOne(
      port,
      { ...SHORT, clients: 1, thinkMs: 20 },
      { warmUpMs: 20 },
    );
    assert.deepEqual(errors, noErrors());
    assert.ok(requests > 0);
    // The first gap is from the opening to the start, not a think time.
    for (const gapMs of gapsMs.slice(1)) assert.ok(gapMs >= 20, `${gapMs} ms`);
  });

  it('counts wrong answers, surplus lines, early ends and resets for their own population only', async (test) => {
    const faults: Record<string, (socket: Socket) => void> = {
      wrongBytes: (socket) => socket.write('done lonG\n'),
      surplus: (socket) => socket.write('done long\ndone long\n'),
      closedEarly: (socket) => socket.end('done'),
      reset: (socket) => socket.resetAndDestroy(),
    };
    for (const [fault, misbehave] of Object.entries(faults)) {
      const port = await serveLines(test, (line, socket) => {
        if (line === 'long') misbehave(socket);
        else answerRight(line, socket);
      });
      const [short, long] = await loadPair(port, [{ ...SHORT, thinkMs: 2 }, LONG], {
        warmUpMs: 150,
      });
      const kind = fault === 'surplus' ? 'wrongBytes' : fault;
      assert.deepEqual(long.errors, { ...noErrors(), [kind]: LONG.clients }, fault);
      assert.deepEqual(short.errors, noErrors(), fault);
      assert.ok(short.requests > 0, fault);
    }
  });

  it('counts refusals, and retries in churn', async () => {
    const refused = await loadOne(await unusedPort(), { ...SHORT, pattern: 'churn' });
    assert.ok(refused.errors.refused > SHORT.clients);
    assert.equal(refused.requests, 0);
    assert.equal(refused.censored.count, 0);
  });

  it('refuses a server that greets, or whose second answer is another one', async (test) => {
    const greeting = await startRawServer(test, (socket) => {
      socket.write('hi\n');
      socket.on('data', () => socket.write('one\n'));
    });
    await assert.rejects(load(greeting, [LEARNED]), /must not greet.* it sent "hi\\none\\n/);
    let answers = 0;
    const counting = await serveLines(test, (_line, socket) => socket.write(`${++answers}\n`));
    await assert.rejects(load(counting, [LEARNED]), /the same one line; it sent "1\\n2\\n"/);
  });

  it('reports why an answer cannot be learned', async (test) => {
    const silentPort = await serveLines(test, () => undefined);
    await assert.rejects(
      load(silentPort, [LEARNED], { answerLimitMs: 20 }),
      /no whole answer .* 20 ms/,
    );
    const twoLines = await serveLines(test, (_line, socket) => socket.write('one\ntwo\n'));
    await assert.rejects(load(twoLines, [LEARNED]), /the same one line; it sent "one\\ntwo\\n"/);
    await assert.rejects(load(await unusedPort(), [LEARNED]), /ECONNREFUSED|refused/);
  });
});
