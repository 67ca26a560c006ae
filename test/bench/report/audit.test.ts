/** The audit of a run: its verdicts follow from the results, and change with them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CaseResult, ContenderResult } from '../../../bench/analysis/experiment.js';
import { auditInWords, auditOf, auditTable } from '../../../bench/report/audit.js';
import { noErrors } from '../../../bench/generator/protocol/error-kinds.js';
import { fileOf } from '../../support/bench/experiment-samples.js';
import { caseOf, contenderOf, roundOf, sampleExperiment } from '../../support/bench/samples.js';

const RATES = [900, 950, 1000, 1050, 1100];
const definitions = [
  sampleExperiment,
  { ...sampleExperiment, name: 'web' },
  { ...sampleExperiment, name: 'control' },
];
const models = [contenderOf('event-loop', RATES), contenderOf('thread-per-client', RATES)];

function audited(contenders: readonly ContenderResult[], changes: Partial<CaseResult> = {}) {
  const cases = [caseOf(contenders, changes)];
  const rows = auditOf(
    fileOf([], { experiments: [{ name: 'echo', cases, remarks: [] }] }),
    definitions,
  );
  return (id: string) => {
    const row = rows.find((one) => one.id === id);
    assert.ok(row, id);
    return row;
  };
}

const peer = { ...contenderOf('c-epoll', RATES), kind: 'peer' as const };

describe('the audit of a run', () => {
  it('judges 22 crimes, each with its evidence', () => {
    const rows = auditOf(fileOf(models), definitions);
    assert.equal(rows.length, 22);
    assert.equal(new Set(rows.map(({ id }) => id)).size, 22);
    for (const { evidence } of rows) assert.ok(evidence.length > 0);
  });

  it('finds that a run without peers measures itself only', () => {
    assert.equal(audited(models)('D2').verdict, 'COMMITTED');
    const found = audited([...models, peer])('D2');
    assert.deepEqual([found.verdict, found.evidence], ['avoided', 'servers of others: c-epoll']);
  });

  it('finds too few rounds for an interval', () => {
    assert.equal(audited(models)('B4').verdict, 'avoided');
    assert.equal(audited([...models, contenderOf('few', [1, 2])])('B4').verdict, 'partly');
    assert.equal(audited([contenderOf('few', [1, 2])])('B4').verdict, 'COMMITTED');
  });

  it('finds a case without its baseline', () => {
    assert.equal(audited(models)('D1').verdict, 'avoided');
    const without = audited([contenderOf('iterative', RATES), contenderOf('other', RATES)])('D1');
    assert.equal(without.verdict, 'COMMITTED');
    assert.match(without.evidence, /echo, 2 clients/);
  });

  it('names the experiments that were not measured', () => {
    const found = audited(models)('A2');
    assert.deepEqual([found.verdict, /not: web/.test(found.evidence)], ['partly', true]);
  });

  it('counts ratios in both directions', () => {
    const slow = contenderOf(
      'thread-per-client',
      RATES.map((rate) => rate / 2),
    );
    assert.match(audited([...models.slice(0, 1), slow])('A1').evidence, /0 .* higher, 1 lower/);
  });

  it('finds wrong answers', () => {
    const errors = { ...noErrors(), wrongBytes: 3 };
    const wrong = { ...contenderOf('bad', []), rounds: [roundOf(1, 900, { errors })] };
    assert.equal(audited([...models, wrong])('E3').verdict, 'COMMITTED');
    assert.match(audited([...models, wrong])('E3').evidence, /3 were wrong/);
  });

  it('finds processor time and memory only where they were measured', () => {
    assert.deepEqual(
      [audited(models)('B2').verdict, audited(models)('E2').verdict],
      ['COMMITTED', 'COMMITTED'],
    );
    const values = { serverCpuShare: 1, rssBytes: 1e6 };
    const known = { ...contenderOf('a', []), rounds: [roundOf(1, 900, { values })] };
    assert.deepEqual(
      [audited([known])('B2').verdict, audited([known])('E2').verdict],
      ['avoided', 'avoided'],
    );
  });

  it('finds stages that do not add up', () => {
    const row = (name: string) => ({ ...contenderOf(name, []), rounds: [roundOf(1, 100)] });
    assert.equal(audited(models)('E4').verdict, 'not here');
    assert.equal(audited([row('woken'), row('whole')])('E4').verdict, 'avoided');
    const twice = [row('sent'), row('woken'), row('whole')];
    assert.equal(audited(twice)('E4').verdict, 'COMMITTED');
  });

  it('names contenders without values', () => {
    const skipped = { ...contenderOf('transfer', []), skipped: 'it needs another Node' };
    const found = audited([...models, skipped])('E1');
    assert.deepEqual([found.verdict, /transfer/.test(found.evidence)], ['partly', true]);
  });

  it('works for a run without any result', () => {
    assert.equal(auditOf(fileOf([], { experiments: [] }), definitions).length, 22);
  });

  it('is a line for each crime that was not avoided, or a table of all', () => {
    const rows = auditOf(fileOf(models), definitions);
    const lines = auditInWords(rows);
    assert.match(lines[0] ?? '', /^Self-audit: \d+ of 22 /);
    assert.ok(lines.some((line) => line.startsWith('D2 ')));
    assert.ok(!lines.some((line) => line.startsWith('F4 ')));
    assert.equal(auditTable(rows).rows.length, 22);
  });
});
