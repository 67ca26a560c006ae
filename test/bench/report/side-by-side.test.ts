/** Several runs side by side, and the tables of a document made from them. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readSummary, summaryJson, summaryOf } from '../../../bench/analysis/summary.js';
import { withTables } from '../../../bench/report/document-tables.js';
import { runsInWords, sideBySide } from '../../../bench/report/side-by-side.js';
import { caseOf, contenderOf, sampleExperiment } from '../../support/bench/samples.js';
import { fileOf } from '../../support/bench/experiment-samples.js';
import { temporaryDirectory } from '../../support/handoff.js';

const definitions = [sampleExperiment];

function runUnder(node: string, rates: readonly number[], skipped?: string) {
  const others = skipped === undefined ? [] : [{ ...contenderOf('transfer', []), skipped }];
  const cases = [caseOf([contenderOf('lend', rates), ...others])];
  const experiments = [{ name: 'echo', cases, remarks: [] }];
  return fileOf([], { experiments, versions: { node, packages: {} } });
}

const RATES = [900, 950, 1000, 1050, 1100];
const twenty = summaryOf(runUnder('v20.20.2', RATES, 'it needs 26; this is v20.20.2'), definitions);
const faster = RATES.map((rate) => 2 * rate);
const twentySix = summaryOf(runUnder('v26.10.0', faster), definitions);
const all = { runs: [twenty, twentySix], definitions };

describe('runs side by side', () => {
  it('have a column each, with value and interval', () => {
    const [table] = sideBySide(all);
    assert.deepEqual(table?.head, ['server', 'Node 20.20.2', 'Node 26.10.0']);
    assert.deepEqual(table.rows[0], ['lend', '1,000 (900–1,100)', '2,000 (1,800–2,200)']);
  });

  it('say why a contender has no value, and where', () => {
    const [table] = sideBySide(all);
    assert.deepEqual(table?.rows[1], ['transfer', '–', '–']);
    assert.deepEqual(table.notes, ['transfer: it needs 26 (Node 20.20.2)']);
  });

  it('show the measures that are asked for, and no intervals beside each other', () => {
    const [table] = sideBySide(all, ['requestsPerSecond', 'p99Ns']);
    assert.deepEqual(table?.head.slice(0, 4), [
      'server',
      'requests/s, Node 20.20.2',
      'requests/s, Node 26.10.0',
      'p99, Node 20.20.2',
    ]);
    assert.deepEqual(table.rows[0]?.slice(0, 3), ['lend', '1,000', '2,000']);
  });

  it('have no table if no run has the measure', () => {
    assert.deepEqual(sideBySide(all, ['survivors']), []);
  });

  it('are told apart if both are of one version', () => {
    const [table] = sideBySide({ ...all, runs: [twenty, twenty] });
    assert.deepEqual(table?.head.slice(1), ['Node 20.20.2', 'Node 20.20.2 (2)']);
  });

  it('are described by their Node and machine', () => {
    assert.match(runsInWords(all.runs)[1] ?? '', /^Node 26\.10\.0: 20.* cores/);
  });
});

describe('a summary', () => {
  it('is read back as it was written', (test) => {
    const path = join(temporaryDirectory(test), 'node-20.json');
    writeFileSync(path, summaryJson(twenty));
    assert.deepEqual(readSummary(path, definitions), JSON.parse(JSON.stringify(twenty)));
  });

  it('is made of a results file', (test) => {
    const path = join(temporaryDirectory(test), 'results.json');
    writeFileSync(path, JSON.stringify(runUnder('v20.20.2', RATES)));
    const { value, rounds } = readSummary(path, definitions).cases[0]?.contenders[0]?.measures[
      'requestsPerSecond'
    ] ?? { rounds: [] };
    assert.equal(value, 1000);
    assert.deepEqual(rounds, RATES);
  });

  it('that is incomplete is refused with the part that is wrong', (test) => {
    const path = join(temporaryDirectory(test), 'node-20.json');
    writeFileSync(path, JSON.stringify({ ...twenty, cases: [{}] }));
    assert.throws(() => readSummary(path, definitions), /not a complete summary: cases\[0\]/);
  });
});

describe('the tables of a document', () => {
  const marked = (inside: string) =>
    `before\n<!-- table: echo; 2 clients; requestsPerSecond -->\n${inside}<!-- end of table -->\nafter\n`;

  it('are made from the runs, whatever stood there, and the text around them stays', () => {
    const made = withTables(marked('| old | 1 |\n'), all);
    assert.match(made, /^before\n<!-- table/);
    assert.match(made, /\| lend \| 1,000 \(900–1,100\) \| 2,000 \(1,800–2,200\) \|/);
    assert.doesNotMatch(made, /old/);
    assert.match(made, /<!-- end of table -->\nafter\n$/);
  });

  it('are the same when they are made again', () => {
    const made = withTables(marked(''), all);
    assert.equal(withTables(made, all), made);
  });

  it('say so if nothing is measured yet', () => {
    assert.match(withTables(marked(''), { runs: [], definitions }), /Not measured yet/);
  });

  it('come with a line about each run', () => {
    const made = withTables('<!-- runs -->\n<!-- end of runs -->\n', all);
    assert.match(made, /^- Node 20\.20\.2: /m);
    assert.match(made, /^- Node 26\.10\.0: /m);
  });
});
