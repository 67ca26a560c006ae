import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generator } from '../../../bench/scenarios/generator.js';
import { caseOf, roundOf } from '../../support/bench/samples.js';

describe('the finding about the generator', () => {
  it('is the rate and the processor time relative to the generator in C, for each load', () => {
    const ran = (name: string, rate: number, us: number) => ({
      ...{ name, kind: 'variant' as const },
      rounds: [
        roundOf(1, rate, { values: { requestsPerSecond: rate, generatorUsPerRequest: us } }),
      ],
    });
    const cases = ['echo, 64 clients', 'churn, 8 clients'].map((name) =>
      caseOf([ran('generator', 90, 11), ran('generator in C', 100, 10)], { name }),
    );
    const finding = generator.seen({ name: 'generator', cases, remarks: [] });
    for (const { name } of cases) {
      const start = `${name}: the generator reached 0.90 times the rate of its equivalent in C`;
      assert.ok(finding.includes(`${start}, with 1.10 times its processor time per request.`));
    }
  });

  it('says so when nothing was measured', () => {
    assert.equal(
      generator.seen({ name: 'generator', cases: [], remarks: [] }),
      'Nothing was measured.',
    );
  });
});
