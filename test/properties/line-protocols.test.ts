/**
 * Properties of every line protocol, whatever a client sends: the answers are the same however its
 * bytes are cut, nothing fails or hangs, and the next client is served. Many runs without sockets;
 * then some over real ones, where the answers must be the same again.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it, mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { connectClient } from '../support/client.js';
import { hasThreads, underEveryModel } from '../support/models.js';
import { startServer } from '../support/server.js';
import { BOUND_MS, conversations, cut, cuts, runs } from './arbitraries.js';
import { surroundings } from './converse.js';
import { lineProtocols, type LineProtocol } from './line-protocols.js';

const RUNS = 100;
/** Each run starts a server. The runs without sockets explore the services. */
const SOCKET_RUNS = 5;

function firstLineOf(answers: string): string {
  return answers.slice(0, answers.indexOf('\n'));
}

/** Stops Math.random for the tests of the surrounding describe. */
function stopChance(): void {
  before(() => void mock.method(Math, 'random', () => 0.5));
  after(() => mock.restoreAll());
}

/** The answers to these chunks from one client alone; the next client must be served, too. */
async function answersTo(
  { service, options, probe }: LineProtocol,
  chunks: readonly Uint8Array[],
  variant: { readonly manner?: 'values' | 'promises'; readonly framing?: 'chunk' } = {},
): Promise<string> {
  const { framing = 'line', manner } = variant;
  const server = await surroundings(service, { ...options, framing });
  try {
    const answers = await server.converse(chunks, manner);
    assert.match(firstLineOf(await server.converse([Buffer.from(`${probe.says}\n`)])), probe.hears);
    return answers;
  } finally {
    server.close();
  }
}

for (const protocol of lineProtocols) {
  const { service, words, mostLines, runs: usual = RUNS } = protocol;

  describe(`${service}, whatever a client sends,`, { timeout: BOUND_MS }, () => {
    if (protocol.drawsLots) stopChance();

    it('answers the same however the bytes are cut, and serves the next client', async () => {
      await fc.assert(
        fc.asyncProperty(
          conversations(words, mostLines),
          cuts,
          cuts,
          async (bytes, some, others) => {
            const [whole, ...rest] = await Promise.all([
              answersTo(protocol, [bytes]),
              answersTo(protocol, cut(bytes, some)),
              answersTo(protocol, cut(bytes, others), { manner: 'values' }),
            ]);
            for (const answers of rest) assert.equal(answers, whole);
            assert.ok(whole === '' || whole.endsWith('\n'), 'every answer is a line');
          },
        ),
        runs(usual),
      );
    });

    it('accepts chunks as messages without failing, and serves the next client', async () => {
      const property = fc.asyncProperty(
        conversations(words, mostLines),
        cuts,
        async (bytes, lengths) => {
          const chunks = cut(bytes, lengths).slice(0, mostLines);
          await answersTo(protocol, chunks, { framing: 'chunk' });
        },
      );
      await fc.assert(property, runs(usual));
    });
  });

  underEveryModel(`${service}, whatever a client sends,`, (model) => {
    const options = { ...protocol.options };
    if (protocol.drawsLots) stopChance();
    const isComparable = !protocol.drawsLots || !hasThreads(model);

    it('answers it over a socket, too, and serves the next client', async (t) => {
      const property = fc.asyncProperty(
        conversations(words, mostLines),
        cuts,
        async (bytes, lengths) => {
          // A new server each time: answers may depend on clients that have not quite left yet.
          const server = await startServer(t, { service, model, options });
          const client = await connectClient(t, server);
          // As many pieces as a test has time for; the last has the rest.
          const chunks = cut(bytes, lengths).slice(0, 50);
          const sentBytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
          for (const chunk of [...chunks, bytes.subarray(sentBytes)]) {
            client.send(chunk);
            await turn();
          }
          client.halfClose();
          const answers = (await client.readToEnd()).toString();
          if (isComparable) assert.equal(answers, await answersTo(protocol, [bytes]));
          client.close();
          const next = await connectClient(t, server);
          next.send(`${protocol.probe.says}\n`);
          assert.match(await next.readLine(), protocol.probe.hears);
          next.close();
          await server.stop();
        },
      );
      await fc.assert(property, runs(SOCKET_RUNS));
    });
  });
}
