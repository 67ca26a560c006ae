/** What jobs may ask for beside echoes: other contents, other addresses, reports of the progress. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { startGenerator, type Generator } from '../../../bench/generator/handle.js';
import { noErrors } from '../../../bench/generator/protocol/error-kinds.js';
import type { Progress } from '../../../bench/generator/protocol/results.js';
import { serve } from '../../support/bench/raw-echo.js';

const CLIENTS = 3;
const CAPITALIZED = { content: { kind: 'capitalized' } } as const;

describe(
  'the contents of a job',
  { skip: process.platform !== 'linux' && 'epoll is Linux only' },
  () => {
    let generator: Generator;
    before(async () => {
      generator = await startGenerator();
    });
    after(() => generator.stop());

    const capitalizing = (test: TestContext, change: (text: string) => string = (text) => text) =>
      serve(test, (socket) =>
        socket.on('data', (bytes) => socket.write(change(bytes.toString().toUpperCase()))),
      );

    for (const pattern of ['echo', 'churn'] as const) {
      it(`may be answered in capital letters, in ${pattern}`, async (test) => {
        const load = { clients: CLIENTS, durationMs: 60, pattern, ...CAPITALIZED };
        const result = await generator.run({ ...load, port: await capitalizing(test) });
        assert.deepEqual(result.errors, noErrors());
        assert.equal(result.clientsServed, CLIENTS);
      });
    }

    it('may be answered in capital letters by every kind of job', async (test) => {
      const port = await capitalizing(test);
      const job = { port, clients: CLIENTS, ...CAPITALIZED };
      const burst = await generator.burst({ ...job, limitMs: 2000 });
      const held = await generator.hold({ ...job, withRequest: true, limitMs: 2000 });
      await generator.release();
      assert.deepEqual([burst.answered, held.answered], [CLIENTS, CLIENTS]);
      const offered = await generator.openLoop({ ...job, requestsPerSecond: 100, durationMs: 60 });
      assert.equal(offered.answered, offered.offered);
    });

    it('are wrong if a letter is small, or another character is changed', async (test) => {
      const echo = await serve(test, (socket) => socket.pipe(socket));
      const changed = await capitalizing(test, (text) => text.replace(/.\n$/, '!\n'));
      for (const port of [echo, changed]) {
        const load = { clients: CLIENTS, durationMs: 60, port, ...CAPITALIZED };
        const result = await generator.run(load);
        assert.deepEqual(result.errors, { ...noErrors(), wrongBytes: CLIENTS });
      }
    });

    it('may be fixed bytes, whose answer may be longer than they are and come in pieces', async (test) => {
      const answer = 'pong '.repeat(30);
      const base64 = (text: string) => Buffer.from(text).toString('base64');
      const content = { kind: 'fixed', request: base64('ping\n'), answer: base64(answer) } as const;
      const port = await serve(test, (socket) =>
        socket.on('data', () => {
          socket.write(answer.slice(0, 7));
          setImmediate(() => socket.write(answer.slice(7)));
        }),
      );
      const load = { port, clients: CLIENTS, durationMs: 60, content };
      const result = await generator.run(load);
      assert.deepEqual(result.errors, noErrors());
      assert.ok(result.requests > 0);
      const offered = await generator.openLoop({ ...load, requestsPerSecond: 100 });
      assert.equal(offered.answered, offered.offered);
    });

    it('go to the address of the job, and to 127.0.0.1 again in the next', async (test) => {
      const other = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
      test.after(() => other.close());
      other.listen(0, '127.0.0.9');
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      const load = { port, clients: CLIENTS, durationMs: 60 };
      for (const pattern of ['echo', 'churn'] as const) {
        const there = await generator.run({ ...load, pattern, host: '127.0.0.9' });
        assert.equal(there.clientsServed, CLIENTS);
      }
      const here = await generator.run(load);
      assert.equal(here.errors.refused, CLIENTS);
    });

    for (const loop of ['closed', 'open'] as const) {
      it(`are reported while a job goes on, in the ${loop} loop`, async (test) => {
        const port = await serve(test, (socket) => socket.pipe(socket));
        const reports: Progress[] = [];
        const onProgress = (progress: Progress) => void reports.push(progress);
        const job = { port, clients: CLIENTS, durationMs: 200, progressMs: 50 };
        const answers =
          loop === 'closed'
            ? (await generator.run(job, onProgress)).requests
            : (await generator.openLoop({ ...job, requestsPerSecond: 200 }, onProgress)).answered;
        assert.ok(reports.length >= 2 && reports.length <= 4, `${reports.length} reports`);
        const reported = reports.reduce((sum, report) => sum + report.answers, 0);
        assert.ok(reported > 0 && reported <= answers, `${reported} of ${answers}`);
        for (const { seconds, p99Ns, errors } of reports) {
          assert.ok(seconds >= 0.05 && p99Ns > 0);
          assert.deepEqual(errors, noErrors());
        }
      });
    }
  },
);
