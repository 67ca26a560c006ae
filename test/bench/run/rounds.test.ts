/** The turns of contenders in a case, with made-up servers and loads, so nothing is timed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ratiosOf } from '../../../bench/analysis/estimates.js';
import type { CaseResult, ContenderResult } from '../../../bench/analysis/experiment.js';
import type { Generator } from '../../../bench/generator/handle.js';
import { requestsPerSecond } from '../../../bench/analysis/measures.js';
import { runCase, type RoundPlan } from '../../../bench/run/rounds.js';
import type { Case } from '../../../bench/scenarios/scenario.js';
import type { Contender, RunningServer } from '../../../bench/contenders/contender.js';

const NAMES = ['one', 'two', 'three'];

/** One load of a contender. */
interface Loaded {
  readonly name: string;
  readonly isWarmUp: boolean;
}

interface Lab {
  readonly loads: Loaded[];
  readonly stopped: string[];
  /** Servers that have ended by themselves. */
  readonly dead: Set<string>;
  readonly contender: (name: string, changes?: Partial<Contender>) => Contender;
  readonly run: (changes?: Partial<Case>, contenders?: readonly Contender[]) => Promise<CaseResult>;
}

/** @param rate returns the requests/s of each load */
function lab(rate: (load: Loaded, count: number) => number = () => 100): Lab {
  const loads: Loaded[] = [];
  const stopped: string[] = [];
  const dead = new Set<string>();
  const serverOf = (name: string): RunningServer => ({
    ...{ name, pid: 1, port: 1 },
    exitReason: () => (dead.has(name) ? 'SIGSEGV' : undefined),
    stop: () => Promise.resolve(void stopped.push(name)),
  });
  const contender = (name: string, changes: Partial<Contender> = {}): Contender => ({
    ...{ name, kind: 'model', services: ['echo'] },
    unavailable: () => undefined,
    start: () => Promise.resolve(serverOf(name)),
    ...changes,
  });
  const plan: RoundPlan = {
    ...{
      rounds: 6,
      longRounds: 4,
      roundMs: 10,
      roundWarmUpMs: 1,
      warmUp: { loadMs: 1, maxLoads: 8 },
    },
    start: (one, needs) => one.start(needs),
    onStep: () => undefined,
  };
  const usual: Case = {
    ...{ name: 'a case', title: 'a case of the test', needs: { clients: 1 } },
    load(_generator, { name }, { isWarmUp }) {
      const load = { name, isWarmUp };
      loads.push(load);
      const value = rate(load, loads.filter((one) => one.name === name).length);
      return Promise.resolve({ values: { requestsPerSecond: value }, latencies: {} });
    },
  };
  const run: Lab['run'] = (changes, contenders = NAMES.map((name) => contender(name))) =>
    runCase(noGenerator, { ...usual, ...changes }, contenders, plan);
  return { loads, stopped, dead, contender, run };
}

const refuse = () => Promise.reject(new Error('these loads need no generator'));
const noGenerator: Generator = {
  pid: 0,
  ...{ run: refuse, openLoop: refuse, runPopulations: refuse, burst: refuse },
  ...{ hold: refuse, requestOnHeld: refuse, release: refuse, stop: refuse },
};

function found({ contenders }: CaseResult, name: string): ContenderResult {
  const one = contenders.find((contender) => contender.name === name);
  assert.ok(one, name);
  return one;
}

const roundsOf = (result: CaseResult, name: string) =>
  found(result, name).rounds.map(({ round }) => round);

describe('runCase', () => {
  it('gives each contender one turn per round, and does not count the warm-up', async () => {
    const { loads, run } = lab(({ isWarmUp }) => (isWarmUp ? 1 : 100));
    const result = await run();
    const measured = loads.filter(({ isWarmUp }) => !isWarmUp).map(({ name }) => name);
    assert.equal(measured.length, 6 * NAMES.length);
    for (let round = 0; round < 6; round++) {
      const turns = measured.slice(round * NAMES.length, (round + 1) * NAMES.length);
      assert.deepEqual(turns.toSorted(), NAMES.toSorted());
      for (const [index, name] of turns.entries()) {
        assert.equal(found(result, name).rounds[round]?.turn, index + 1);
      }
    }
    for (const name of NAMES) {
      assert.deepEqual(roundsOf(result, name), [1, 2, 3, 4, 5, 6]);
      assert.ok(found(result, name).rounds.every(({ values }) => values.requestsPerSecond === 100));
    }
  });

  it('draws a new order for each round', async () => {
    const { loads, contender, run } = lab();
    // The same order six times has a probability of 10^-32.
    const ten = Array.from({ length: 10 }, (_, index) => contender(`${index}`));
    await run({ maxWarmUps: 0 }, ten);
    const orders = [0, 1, 2, 3, 4, 5].map((round) =>
      loads
        .slice(round * 10, round * 10 + 10)
        .map(({ name }) => name)
        .join(),
    );
    assert.ok(new Set(orders).size > 1, orders[0]);
  });

  it('warms up all contenders before the first round', async () => {
    const { loads, run } = lab();
    await run();
    const firstMeasured = loads.findIndex(({ isWarmUp }) => !isWarmUp);
    assert.ok(loads.slice(firstMeasured).every(({ isWarmUp }) => !isWarmUp));
    assert.deepEqual(
      new Set(loads.slice(0, firstMeasured).map(({ name }) => name)),
      new Set(NAMES),
    );
  });

  it('ends a warm-up at a steady rate', async () => {
    const { loads, run } = lab();
    const result = await run();
    assert.equal(loads.filter(({ name, isWarmUp }) => name === 'one' && isWarmUp).length, 5);
    assert.equal(found(result, 'one').unsteady, undefined);
  });

  it('ends a warm-up with a growing rate after the maximum of loads, and marks it', async () => {
    const { loads, run } = lab(({ name, isWarmUp }, count) =>
      name === 'two' && isWarmUp ? 2 ** count : 100,
    );
    const result = await run();
    assert.equal(loads.filter(({ name, isWarmUp }) => name === 'two' && isWarmUp).length, 8);
    assert.equal(found(result, 'two').unsteady, true);
    assert.equal(found(result, 'one').unsteady, undefined);
    assert.equal(roundsOf(result, 'two').length, 6);
  });

  it('skips the warm-up of a case that warms up by itself', async () => {
    const { loads, run } = lab();
    const result = await run({ maxWarmUps: 0 });
    assert.ok(loads.every(({ isWarmUp }) => !isWarmUp));
    assert.equal(found(result, 'one').unsteady, undefined);
  });

  it('measures at most the rounds of the case and of the plan', async () => {
    const { run } = lab();
    assert.deepEqual(roundsOf(await run({ maxRounds: 2 }), 'one'), [1, 2]);
    assert.equal(roundsOf(await run({ maxRounds: 20 }), 'one').length, 6);
  });

  it('measures fewer rounds of a case that needs a longer window', async () => {
    const windows = new Set<number>();
    const load: Case['load'] = (_generator, _server, { durationMs, isWarmUp }) => {
      if (!isWarmUp) windows.add(durationMs);
      return Promise.resolve({ values: { requestsPerSecond: 100 }, latencies: {} });
    };
    const { run } = lab();
    assert.equal(roundsOf(await run({ minWindowMs: 10, load }), 'one').length, 6);
    assert.equal(roundsOf(await run({ minWindowMs: 25, load }), 'one').length, 4);
    assert.deepEqual([...windows], [10, 25]);
  });

  it('removes a contender whose load fails, keeps its rounds, and continues with the others', async () => {
    const { run } = lab(({ name, isWarmUp }, count) => {
      // Five of the warm-up, two rounds, and the third fails.
      if (name === 'two' && !isWarmUp && count === 8) throw new Error('wrong bytes');
      return name === 'two' ? 50 : 100;
    });
    const result = await run();
    assert.equal(found(result, 'two').failed, 'wrong bytes');
    assert.deepEqual(roundsOf(result, 'two'), [1, 2]);
    assert.equal(roundsOf(result, 'one').length, 6);
    assert.equal(found(result, 'one').failed, undefined);
    assert.deepEqual(ratiosOf(result, requestsPerSecond, 'two', 'one'), [0.5, 0.5]);
  });

  it('reports a server that ended, and counts no round after its end', async () => {
    const it = lab(({ name, isWarmUp }, count) => {
      if (name === 'three' && !isWarmUp && count === 8) it.dead.add(name);
      return it.dead.has(name) ? 0 : 100;
    });
    const result = await it.run();
    assert.match(found(result, 'three').failed ?? '', /server ended.*SIGSEGV/);
    assert.deepEqual(roundsOf(result, 'three'), [1, 2]);
    assert.equal(roundsOf(result, 'one').length, 6);
  });

  it('divides only values of the same round', async () => {
    // The machine is slower in every round, for both.
    const { run } = lab(({ name, isWarmUp }, count) =>
      isWarmUp ? 1 : (name === 'two' ? 30 : 10) / count,
    );
    const result = await run();
    for (const ratio of ratiosOf(result, requestsPerSecond, 'two', 'one')) {
      assert.ok(Math.abs(ratio - 3) < 1e-9, `${ratio}`);
    }
  });

  it('skips contenders that cannot run or take part, with the reason, and does not start them', async () => {
    const { loads, contender, run } = lab();
    const start = () => Promise.reject(new Error('must not be started'));
    const result = await run({ leftOut: { two: 'no part in this' } }, [
      contender('one'),
      contender('two', { start }),
      contender('three', { start, unavailable: () => 'no compiler' }),
    ]);
    assert.equal(found(result, 'two').skipped, 'no part in this');
    assert.equal(found(result, 'three').skipped, 'no compiler');
    assert.ok(loads.every(({ name }) => name === 'one'));
  });

  it('continues without contenders that do not start or answer wrongly, and without any', async () => {
    const { contender, run } = lab();
    const start = () => Promise.reject(new Error('no port'));
    const check: Case['check'] = (_generator, { name }) =>
      name === 'two' ? Promise.reject(new Error('not what was said')) : Promise.resolve();
    const some = await run({ check }, [
      contender('one'),
      contender('two'),
      contender('three', { start }),
    ]);
    assert.equal(found(some, 'two').failed, 'not what was said');
    assert.equal(found(some, 'three').failed, 'no port');
    assert.equal(roundsOf(some, 'one').length, 6);
    assert.deepEqual((await run({}, [])).contenders, []);
  });

  it('stops every server that it started, failed ones included', async () => {
    const { stopped, run } = lab(({ name }) => {
      if (name === 'two') throw new Error('broken');
      return 100;
    });
    await run();
    assert.deepEqual(stopped.toSorted(), NAMES.toSorted());
  });

  it('returns the case with its position on the axis', async () => {
    const { run } = lab();
    const { name, title, x, clients, closedLoop } = await run({
      x: 7,
      clients: 7,
      closedLoop: true,
    });
    assert.deepEqual(
      [name, title, x, clients, closedLoop],
      ['a case', 'a case of the test', 7, 7, true],
    );
  });
});
