/**
 * Every experiment with every single --model: it measures only that one, or gives the reason. No
 * load runs.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Participants } from '../../../bench/run/participants.js';
import { Histogram } from '../../../src/base/histogram.js';
import type { Generator } from '../../../bench/generator/handle.js';
import { noErrors } from '../../../bench/generator/protocol/error-kinds.js';
import type { LoadResult } from '../../../bench/generator/protocol/results.js';
import { scenarios } from '../../../bench/scenarios/all.js';
import type { Bench, Scenario } from '../../../bench/scenarios/scenario.js';
import { models } from '../../../bench/contenders/models.js';
import { peers } from '../../../bench/contenders/peers.js';
import type { Contender } from '../../../bench/contenders/contender.js';

const OWN = { path: 'mine.js', message: 'hello' };
const ALL = [...models(), ...peers()];

/**
 * A bench that starts no server and runs no load; it records the contenders that it would measure.
 */
function dryBench(name: string, length: Bench['length'], measured: Set<string>): Bench {
  const note = ({ name: own, variantOf = own }: Contender) => void measured.add(variantOf);
  return {
    ...{ length, rounds: 0, longRounds: 0, roundMs: 1, generator: dryGenerator, own: OWN },
    textService: 'echo',
    isWhole: false,
    arrivals: 'even',
    takesPart: () => true,
    contenders: (service) =>
      ALL.filter((one) => one.name === name && one.services.includes(service)),
    start: (contender) => {
      note(contender);
      const running = { name: contender.name, pid: process.pid, port: 0 };
      return Promise.resolve({
        ...running,
        exitReason: () => undefined,
        stop: () => Promise.resolve(),
      });
    },
    compare: (cases, contenders) => {
      contenders.forEach(note);
      return Promise.resolve(cases.map((one) => ({ ...one, contenders: [] })));
    },
    note: (doing) => {
      if (doing.startsWith('race')) throw new Error('a race would take time');
    },
  };
}

const loaded: LoadResult = {
  ...{ kind: 'loaded', requests: 1, seconds: 1, errors: noErrors(), generatorCpuShare: 0 },
  ...{ clientsServed: 1, clientsUnanswered: 0, jain: 1 },
  latency: new Histogram().toJSON(),
};

const refuse = () => Promise.reject(new Error('no load runs here'));
const dryGenerator: Generator = {
  pid: 0,
  ...{
    openLoop: refuse,
    runPopulations: refuse,
    burst: refuse,
    hold: refuse,
    requestOnHeld: refuse,
  },
  run: () => Promise.resolve(loaded),
  release: () => Promise.resolve(),
  stop: () => Promise.resolve(),
};

async function remarksOf(
  scenario: Scenario,
  name: string,
  length: Bench['length'],
  measured: Set<string>,
) {
  const participants = new Participants([name]);
  // Some scenarios read a server's log afterwards, which does not exist here.
  await scenario
    .measure(participants.watching(dryBench(name, length, measured)))
    .catch(() => undefined);
  return participants.remarks(scenario.participation);
}

describe('--model', () => {
  for (const scenario of scenarios) {
    it(`selects the contender of ${scenario.name}, or the remark gives the reason in one line`, async () => {
      for (const length of ['quick', 'full'] as const) {
        for (const { name } of ALL) {
          const measured = new Set<string>();
          const remarks = await remarksOf(scenario, name, length, measured);
          const obeys = measured.size === 1 && measured.has(name);
          const about = `${scenario.name}, ${length}, ${name}: measured ${[...measured].join(', ')}; ${remarks.join(' ')}`;
          assert.equal(remarks.length, obeys ? 0 : 1, about);
          if (obeys) continue;
          assert.match(remarks[0] ?? '', /^--model: (.+ has no server for \w+|.+: .+)\.$/, about);
          assert.ok(!remarks[0]?.includes('it has no place'), `${about}: no reason`);
          for (const other of measured)
            assert.ok(other === name || remarks[0]?.includes(other), about);
        }
      }
    });
  }

  it('causes no remark if no contender is named', async () => {
    const participants = new Participants([]);
    const [control] = scenarios;
    await control?.measure(participants.watching(dryBench('iterative', 'quick', new Set())));
    assert.deepEqual(participants.remarks(control?.participation), []);
  });
});
