/** What the cases of the scenarios report of a server that fails some clients. */
import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { ContenderResult, RoundMeasured } from '../../../bench/analysis/experiment.js';
import { textOf } from '../../../bench/analysis/estimates.js';
import { p99 } from '../../../bench/analysis/measures.js';
import { startGenerator, type Generator } from '../../../bench/generator/handle.js';
import { totalErrors } from '../../../bench/generator/protocol/error-kinds.js';
import { failuresOf } from '../../../bench/report/failures.js';
import { hasFailed } from '../../../bench/run/run.js';
import { burst, burstOf } from '../../../bench/scenarios/burst.js';
import { closedLoop } from '../../../bench/scenarios/closed-loop.js';
import { serve } from '../../support/bench/raw-echo.js';
import { noErrors } from '../../../bench/generator/protocol/error-kinds.js';

const CLIENTS = 20;

describe(
  'a case with a faulty server',
  { skip: process.platform !== 'linux' && 'epoll is Linux only' },
  () => {
    let generator: Generator;
    before(async () => {
      generator = await startGenerator();
    });
    after(() => generator.stop());

    /** One of ten clients gets no answer, or only half of it. */
    async function serveMost(t: TestContext, isHalf: boolean): Promise<number> {
      return serve(t, (socket, connection) =>
        socket.on('data', (bytes) => {
          if (connection % 10 !== 9) socket.write(bytes);
          else if (isHalf) socket.write(bytes.subarray(1));
        }),
      );
    }

    function contenderOf(measured: RoundMeasured): ContenderResult {
      return { name: 'faulty', kind: 'model', rounds: [{ round: 1, turn: 1, ...measured }] };
    }

    it('burst: clients without an answer count in the percentiles, as lower bounds', async (t) => {
      const port = await serveMost(t, false);
      const it = burstOf(CLIENTS, 300);
      const window = { warmUpMs: 0, durationMs: 0, isWarmUp: false };
      const faulty = contenderOf(await it.load(generator, serverAt(port), window));
      assert.equal(faulty.rounds[0]?.values.answered, CLIENTS - 2);
      assert.match(textOf(faulty, p99) ?? '', /^≥ /);
      const right = contenderOf({ values: { answered: CLIENTS }, latencies: {} });
      const kinds = failuresOf(right, faulty, burst.measures[0]).map(({ kind }) => kind);
      assert.ok(kinds.includes('clients without an answer'), kinds.join());
    });

    it('closed loop: wrong answers are errors of the round', async (t) => {
      const port = await serveMost(t, true);
      const it = closedLoop({ name: 'x', title: 'x', pattern: 'churn', clients: CLIENTS });
      const window = { warmUpMs: 0, durationMs: 200, isWarmUp: false };
      const { errors } = await it.load(generator, serverAt(port), window);
      assert.ok(errors !== undefined && totalErrors(errors) > 0);
    });

    it('a run fails by wrong bytes and by a wrong order, not by a refusal', () => {
      for (const [kind, isFailure] of [
        ['wrongBytes', true],
        ['wrongOrder', true],
        ['refused', false],
      ] as const) {
        const errors = { ...noErrors(), [kind]: 1 };
        const contenders = [contenderOf({ values: {}, latencies: {}, errors })];
        const cases = [{ name: 'x', title: 'x', contenders }];
        assert.equal(hasFailed({ name: 'x', cases, remarks: [] }), isFailure, kind);
      }
    });
  },
);

function serverAt(port: number) {
  const stop = () => Promise.resolve();
  return { name: 'faulty', pid: process.pid, port, exitReason: () => undefined, stop };
}
