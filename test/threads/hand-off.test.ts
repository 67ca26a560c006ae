/**
 * Descriptors go to client threads and return. After 12,000 clients of every kind the server
 * process must have the same descriptors, threads and memory as before.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runCycles } from '../support/cycles.js';
import { eventually } from '../support/eventually.js';
import { startHandoff } from '../support/handoff.js';

/** Clients until V8's heap has stopped growing; with Node 24, 2,500 are not enough. */
const WARM_UP_CYCLES = 6000;
const CYCLES = 12_000;
/** Less than 12,000 leaks of 3 kB, more than the garbage that V8 has not yet collected. */
const MEMORY_SLACK_KB = 32_768;

describe(
  'handing descriptors over',
  { skip: process.platform !== 'linux' && 'reads /proc' },
  () => {
    it(
      '12,000 connects and closes leave descriptors, threads and memory where they were',
      {
        timeout: 60_000,
      },
      async (t) => {
        const server = await startHandoff(t, ['echo', '--threads', '8', '--warm', '8']);
        const idle = server.descriptors;
        await runCycles(server.address, WARM_UP_CYCLES);
        await server.log.count('closed', WARM_UP_CYCLES);
        const before = { threads: server.threads, residentKb: server.residentKb };

        await runCycles(server.address, CYCLES);
        const total = WARM_UP_CYCLES + CYCLES;
        await server.log.count('closed', total);
        await eventually(
          'the descriptors of before',
          () => server.descriptors === idle || undefined,
        );
        assert.equal(server.threads, before.threads);
        const grownKb = server.residentKb - before.residentKb;
        t.diagnostic(`memory grew by ${grownKb} kB`);
        assert.ok(grownKb < MEMORY_SLACK_KB, `grown by ${grownKb} kB`);

        assert.deepEqual(await server.stop(), { status: 0, signal: null });
        assert.equal(server.log.of('accepted').length, total);
        assert.equal(
          new Set(server.log.of('closed').map(({ connection }) => connection)).size,
          total,
        );
        assert.equal(server.log.of('closed').length, total);
        assert.deepEqual(server.log.of('thread lost'), []);
        assert.equal(server.log.of('thread started').length, 8);
      },
    );

    it(
      'a rush while the threads are still starting gives each client one thread',
      { timeout: 60_000 },
      async (t) => {
        const server = await startHandoff(t, ['echo', '--threads', '16']);
        await runCycles(server.address, 500);
        await server.log.count('closed', 500);
        assert.deepEqual(await server.stop(), { status: 0, signal: null });
        const started = new Set(server.log.of('thread started').map(({ thread }) => thread));
        assert.equal(started.size, server.log.of('thread started').length);
        for (const { thread, connection, reason } of server.log.of('closed')) {
          // On a busy machine the threads take longer to start than a client that has left may wait.
          assert.ok(
            started.has(thread) || (reason === 'left' && thread === undefined),
            `connection ${String(connection)} was served by thread ${String(thread)}`,
          );
        }
      },
    );
  },
);
