import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import {
  compareFiles,
  comparisonJson,
  comparisonText,
  failOver,
} from '../../../bench/report/compare-report.js';
import { compareResults, isWorseBy, type ComparedRow } from '../../../bench/report/compare.js';
import type { ContenderResult, RoundResult } from '../../../bench/analysis/experiment.js';
import { parseResults, readResults, type BenchResults } from '../../../bench/analysis/results.js';
import { noErrors } from '../../../bench/generator/protocol/error-kinds.js';
import { StartError, UsageError } from '../../../src/base/errors.js';
import { runs } from '../../properties/arbitraries.js';
import {
  caseOf,
  contenderOf,
  echo,
  experimentOf,
  fileOf,
  p99,
  rate,
  roundOf,
} from '../../support/bench/experiment-samples.js';

const rateOnly = { ...echo, measures: [rate] as const };

/** Five rounds around a rate, some tenths of a per cent apart. */
const about = (value: number) => [0.998, 0.999, 1, 1.001, 1.002].map((factor) => factor * value);
const models = (loop: number, threads: number): ContenderResult[] => [
  contenderOf('event-loop', about(loop)),
  contenderOf('threads', about(threads)),
];
const compare = (
  before: readonly ContenderResult[],
  after: readonly ContenderResult[],
  to?: string,
) => compareResults(fileOf(before), fileOf(after), [rateOnly], to);

describe('compareResults', () => {
  it('finds a measure that is half as good, absolute and relative to the baseline', () => {
    const [loop, threads] = compare(models(100, 80), models(100, 40)).rows as [
      ComparedRow,
      ComparedRow,
    ];
    assert.equal(loop.verdict, 'no difference');
    assert.equal(loop.relative, undefined);
    assert.equal(threads.verdict, 'worse');
    assert.deepEqual([threads.before.value, threads.after.value], [80, 40]);
    assert.ok(Math.abs(threads.absolute.times.value - 0.5) < 1e-9);
    assert.ok(threads.absolute.times.low > 0.49 && threads.absolute.times.high < 0.51);
    assert.equal(threads.relative?.to, 'event-loop');
    assert.equal(threads.relative.times.value, 0.5);
    // 1.05 to the power of √2: four processes take part.
    assert.deepEqual(
      [threads.absolute.margin, threads.relative.margin.toFixed(3)],
      [0.05, '0.071'],
    );
  });

  it('has no verdict if only the absolute change shows it, except for the baseline', () => {
    const [loop, threads] = compare(models(100, 80), models(50, 40)).rows as [
      ComparedRow,
      ComparedRow,
    ];
    assert.equal(threads.absolute.verdict, 'worse');
    assert.equal(threads.relative?.verdict, 'no difference');
    assert.equal(threads.verdict, 'unknown');
    assert.equal(loop.verdict, 'worse');
  });

  it('has no verdict on a model if only the baseline improved', () => {
    const [loop, threads] = compare(models(100, 80), models(200, 80)).rows as [
      ComparedRow,
      ComparedRow,
    ];
    assert.equal(loop.verdict, 'better');
    assert.equal(threads.relative?.verdict, 'worse');
    assert.equal(threads.verdict, 'unknown');
  });

  it('divides by the given contender', () => {
    const peer = contenderOf('c-epoll', about(1000), { kind: 'peer' });
    const { rows } = compare([...models(100, 80), peer], [...models(50, 80), peer], 'c-epoll');
    assert.deepEqual(
      rows.map(({ verdict, relative }) => [verdict, relative?.to]),
      [
        ['worse', 'c-epoll'],
        ['no difference', 'c-epoll'],
        ['no difference', undefined],
      ],
    );
  });

  it('uses the better direction of a measure, and leaves out measures without one', () => {
    const slower = (latencyNs: number) =>
      contenderOf('event-loop', [], {
        rounds: [1, 2, 3, 4, 5].map((n) => roundOf(n, 100, latencyNs)),
      });
    const { rows } = compareResults(fileOf([slower(1e6)]), fileOf([slower(3e6)]), [echo]);
    assert.deepEqual(
      rows.map(({ measure, verdict }) => [measure.name, verdict]),
      [
        ['requestsPerSecond', 'no difference'],
        ['p99Ns', 'worse'],
      ],
    );
  });

  it('has no verdict with four rounds, and says so', () => {
    const four = (value: number) => [contenderOf('event-loop', about(value).slice(0, 4))];
    const { rows, warnings } = compare(four(100), four(10));
    assert.equal(rows[0]?.verdict, 'unknown');
    assert.match(warnings.join(), /fewer than 5 rounds/);
  });

  it('ignores a difference that a control also shows', () => {
    const control = contenderOf('event-loop again', about(70), { kind: 'control' });
    const { rows } = compare([...models(100, 80), control], [...models(100, 64), control]);
    assert.deepEqual(
      rows.map(({ contender, verdict }) => [contender, verdict]),
      [
        ['event-loop', 'no difference'],
        ['threads', 'no difference'],
      ],
    );
    assert.equal(compare(models(100, 80), models(100, 64)).rows[1]?.verdict, 'worse');
  });

  it('takes the margin from the control of another experiment of either run', () => {
    const control = contenderOf('event-loop again', about(70), { kind: 'control' });
    const controlled = (threads: number) => {
      const echoed = experimentOf([caseOf(models(100, threads))]);
      const apart = experimentOf(
        [caseOf([contenderOf('event-loop', about(100)), control])],
        'control',
      );
      return fileOf([], { experiments: [apart, echoed] });
    };
    const row = compareResults(controlled(80), fileOf(models(100, 64)), [rateOnly]).rows[1];
    assert.equal(row?.verdict, 'no difference');
    assert.ok(Math.abs(row.absolute.margin - 3 / 7) < 1e-9, String(row.absolute.margin));
  });

  it('distinguishes no change from unknown', () => {
    const noisy = contenderOf('event-loop', [60, 80, 100, 120, 140]);
    assert.equal(compare([noisy], [noisy]).rows[0]?.verdict, 'unknown');
    const steady = contenderOf('event-loop', about(100));
    assert.equal(compare([steady], [steady]).rows[0]?.verdict, 'no difference');
  });

  it('warns if the machine, a version or an option differs, or the files are in the wrong order', () => {
    const before = fileOf([]);
    const after = fileOf([], {
      startedAt: '2025-01-01T00:00:00.000Z',
      machine: { ...before.machine, cores: 64 },
      versions: { node: 'v22.0.0', packages: {} },
      options: { peers: false, rounds: 5, roundMs: 500 },
    });
    assert.deepEqual(compareResults(before, after, [echo]).warnings, [
      'machine: cores differs: 2, then 64',
      'Node.js differs: v20.20.0, then v22.0.0',
      'package piscina differs: 5.3.2, then none',
      'option roundMs differs: 1000, then 500',
      'the first file is of the later run',
    ]);
  });

  it('lists parts of one run only, and failures', () => {
    const before = fileOf([...models(1, 1), contenderOf('old', [1]), contenderOf('c', [1])], {
      experiments: [
        experimentOf([caseOf([...models(1, 1), contenderOf('old', [1]), contenderOf('c', [1])])]),
        experimentOf([], 'gone'),
      ],
    });
    const after = fileOf([
      contenderOf('event-loop', [], { failed: 'it crashed' }),
      contenderOf('threads', [1]),
      contenderOf('c', [], { skipped: 'no compiler' }),
    ]);
    const { missing, failed } = compareResults(before, after, [rateOnly]);
    assert.deepEqual(missing, [
      'gone is in the first run only',
      'echo, 2 clients: old is in the first run only',
      'echo, 2 clients: c has no rounds in the second run: no compiler',
    ]);
    assert.deepEqual(failed, ['echo, 2 clients: event-loop: it crashed']);
    assert.deepEqual(compareResults(before, after, []).missing.slice(1), [
      'echo: this version does not know the experiment',
    ]);
  });

  it('is the inverse if the files are exchanged', () => {
    const rates = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 5, maxLength: 8 });
    const property = fc.property(rates, rates, (one, other) => {
      const row = (from: number[], to: number[]) =>
        compare([contenderOf('threads', from)], [contenderOf('threads', to)])
          .rows[0] as ComparedRow;
      const [there, back] = [row(one, other), row(other, one)];
      const inverse = {
        better: 'worse',
        worse: 'better',
        'no difference': 'no difference',
        unknown: 'unknown',
      } as const;
      assert.equal(back.verdict, inverse[there.verdict]);
      assert.ok(Math.abs(back.absolute.times.low * there.absolute.times.high - 1) < 1e-9);
      assert.ok(Math.abs(back.absolute.times.value * there.absolute.times.value - 1) < 1e-9);
    });
    fc.assert(property, runs(50));
  });
});

describe('isWorseBy', () => {
  it('requires the whole interval of both changes beyond the limit', () => {
    const [, threads] = compare(models(100, 80), models(100, 40)).rows as [
      ComparedRow,
      ComparedRow,
    ];
    assert.equal(isWorseBy(49, threads), true);
    assert.equal(isWorseBy(50, threads), false);
    const [, drifted] = compare(models(100, 80), models(60, 40)).rows as [ComparedRow, ComparedRow];
    assert.equal(isWorseBy(10, drifted), true);
    assert.equal(isWorseBy(30, drifted), false);
  });

  it('is false without the verdict worse', () => {
    const better = compare(models(100, 80), models(100, 160)).rows[1] as ComparedRow;
    assert.equal(isWorseBy(0, better), false);
    const same = compare(models(100, 80), models(100, 79)).rows[1] as ComparedRow;
    assert.equal(isWorseBy(0, same), false);
  });
});

describe('a comparison', () => {
  const comparison = compare(models(100, 80), models(100, 40));

  it('is a table with both changes, below the rows beyond the limit', () => {
    const text = comparisonText(comparison, 'markdown', failOver(comparison, 20));
    assert.match(text, /: 0 better, 1 worse, 1 without a difference, 0 too uncertain to tell\.$/m);
    assert.match(
      text,
      /^- more than 20 % WORSE: echo, 2 clients: threads, requests\/s: −50\.0 % \(−50\.\d to −49\.\d\)$/m,
    );
    assert.match(text, /^\*\*echo: 2 clients, 64 bytes\*\*$/m);
    assert.match(
      text,
      /^\| event-loop \| requests\/s \| 100 \| 100 \| 0\.0 % \(.*\) \| – \| no difference beyond 5 % \|$/m,
    );
    assert.match(
      text,
      /^\| threads \| requests\/s \| 80 \| 40 \| −50\.0 % \(.*\) \| −50\.0 % \(.*\) \| worse \|$/m,
    );
    assert.match(
      comparisonText(comparison, 'terminal', failOver(comparison, 60)),
      /certainly more than 60 % worse/,
    );
  });

  it('is JSON with changes in per cent', () => {
    const json = JSON.parse(comparisonJson(comparison, failOver(comparison, 20))) as Record<
      string,
      unknown
    >;
    const [, threads] = json['rows'] as Record<string, Record<string, unknown>>[];
    assert.equal(threads?.['measure'], 'requestsPerSecond');
    assert.equal(threads['change']?.['percent'], -50);
    assert.equal(threads['relativeChange']?.['to'], 'event-loop');
    assert.equal((json['failOver'] as { worse: unknown[] }).worse.length, 1);
  });
});

describe('a comparison of lower bounds', () => {
  const atLeast = { ...p99, isAtLeast: (rounds: readonly RoundResult[]) => rounds.some(isBound) };
  const isBound = ({ values }: RoundResult) => values.clientsWaiting === 1;
  const slow = (latencyNs: number, clientsWaiting: number) => [
    contenderOf('event-loop', [], {
      rounds: [1, 2, 3, 4, 5].map((n) => {
        const round = roundOf(n, 100, latencyNs);
        return { ...round, values: { ...round.values, clientsWaiting } };
      }),
    }),
  ];
  const compared = (before: readonly ContenderResult[], after: readonly ContenderResult[]) =>
    compareResults(fileOf(before), fileOf(after), [{ ...echo, measures: [atLeast] }]);

  it('marks them in its table and in JSON', () => {
    const comparison = compared(slow(1e6, 0), slow(3e6, 1));
    assert.match(comparisonText(comparison, 'markdown'), /\| p99 \| 1\d* ns \| ≥ [23]\d* ns \|/);
    const { rows } = JSON.parse(comparisonJson(comparison)) as { rows: Record<string, unknown>[] };
    assert.deepEqual([rows[0]?.['beforeIsAtLeast'], rows[0]?.['afterIsAtLeast']], [false, true]);
  });

  it('has only verdicts that they prove', () => {
    const verdict = (before: number, isFrom: number, after: number, isTo: number) =>
      compared(slow(before, isFrom), slow(after, isTo)).rows[0]?.verdict;
    assert.equal(verdict(1e6, 0, 3e6, 1), 'worse');
    assert.equal(verdict(1e6, 1, 3e6, 0), 'unknown');
    assert.equal(verdict(3e6, 1, 1e6, 0), 'better');
    assert.equal(verdict(3e6, 0, 1e6, 1), 'unknown');
    assert.equal(verdict(1e6, 1, 1e6, 1), 'unknown');
  });
});

describe('parseResults', () => {
  it('accepts the file of a run', () => {
    const file = fileOf(models(1, 2));
    assert.deepEqual(parseResults(JSON.stringify(file), 'a.json'), file);
  });

  const refused = (content: unknown, message: RegExp) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    assert.throws(
      () => parseResults(text, 'a.json'),
      (error: Error) => error instanceof StartError && message.test(error.message),
    );
  };

  it('rejects other files, and results of another format', () => {
    refused('{', /^a\.json is not JSON: /);
    refused([1], /^a\.json holds no results of the bench$/);
    refused({}, /^a\.json holds no results of the bench$/);
    refused({ ...fileOf([]), format: 1 }, /^a\.json has format 1, and this version reads 2/);
  });

  it('names the part that is missing or wrong', () => {
    const rest = { ...fileOf([]), machine: undefined };
    refused(rest, /: machine is no object$/);
    refused(fileOf([], { experiments: 7 as never }), /: experiments is no list$/);
    const round = { ...roundOf(1, 1), values: { requestsPerSecond: 'many' } };
    refused(
      fileOf([contenderOf('a', [], { rounds: [round as never] })]),
      /: experiments\[0\]\.cases\[0\]\.contenders\[0\]\.rounds\[0\]\.values\.requestsPerSecond is no number$/,
    );
  });

  it('names a file that cannot be read', () => {
    assert.throws(
      () => readResults('/nonexistent/a.json'),
      /^StartError: cannot read \/nonexistent\/a\.json: there is no such file$/,
    );
  });
});

describe('compareFiles', () => {
  const save = (t: TestContext, ...files: BenchResults[]): string[] => {
    const directory = mkdtempSync(join(tmpdir(), 'compare-'));
    t.after(() => rmSync(directory, { recursive: true }));
    return files.map((file, index) => {
      const path = join(directory, `${index}.json`);
      writeFileSync(path, JSON.stringify(file));
      return path;
    });
  };

  it('exits with 99 only beyond the limit, with the same output each time', (t) => {
    const [before = '', after = ''] = save(t, fileOf(models(100, 80)), fileOf(models(100, 40)));
    const status = (failOverPercent?: number) =>
      compareFiles(before, after, [echo], {
        output: 'json',
        ...(failOverPercent === undefined ? {} : { failOverPercent }),
      });
    assert.equal(status().exitStatus, 0);
    assert.equal(status(60).exitStatus, 0);
    assert.equal(status(20).exitStatus, 99);
    assert.equal(status(20).output, status(20).output);
  });

  it('exits with 99 if a model failed in the second run only, if there is a limit', (t) => {
    const crashed = contenderOf('threads', [], { failed: 'it crashed' });
    const [before = '', after = ''] = save(t, fileOf(models(1, 1)), fileOf([crashed]));
    const options = { output: 'terminal' } as const;
    assert.equal(
      compareFiles(before, after, [echo], { ...options, failOverPercent: 5 }).exitStatus,
      99,
    );
    assert.equal(compareFiles(before, after, [echo], options).exitStatus, 0);
  });

  const threadsWith = (change: (round: RoundResult) => RoundResult) => {
    const [loop, threads] = models(100, 80) as [ContenderResult, ContenderResult];
    return fileOf([loop, { ...threads, rounds: threads.rounds.map(change) }]);
  };
  const withErrors = (reset: number) =>
    threadsWith((round) => ({ ...round, errors: { ...noErrors(), reset } }));

  for (const [what, after, note] of [
    [
      'errors',
      withErrors(5046),
      'MORE errors: echo, 2 clients: threads: 0 in 0 of 5 rounds, then 25,230 in 5 of 5 rounds',
    ],
    [
      'clients without an answer',
      threadsWith((round) => ({ ...round, values: { ...round.values, clientsWaiting: 1 } })),
      'MORE clients without an answer: echo, 2 clients: threads: 0 in 0 of 5 rounds, then 5 in 5 of 5 rounds',
    ],
    [
      'rounds without an answer',
      threadsWith((round) => (round.round > 3 ? roundOf(round.round, 0) : round)),
      'MORE rounds without an answer: echo, 2 clients: threads: 0 of 5, then 2 of 5',
    ],
  ] as const) {
    it(`lists ${what} of the second run, and exits with 99 if there is a limit`, (t) => {
      const [before = '', later = ''] = save(t, fileOf(models(100, 80)), after);
      const options = { output: 'markdown' } as const;
      const limited = compareFiles(before, later, [rateOnly], { ...options, failOverPercent: 10 });
      assert.match(limited.output, new RegExp(`^- ${note}$`, 'm'));
      assert.doesNotMatch(limited.output, /no measure is/);
      assert.equal(limited.exitStatus, 99);
      assert.equal(compareFiles(before, later, [rateOnly], options).exitStatus, 0);
      const back = compareFiles(later, before, [rateOnly], { ...options, failOverPercent: 10 });
      assert.deepEqual([back.exitStatus, /MORE/.test(back.output)], [0, false]);
    });
  }

  it('lists errors of both runs, and exits with 99 only if they increased beyond the limit', (t) => {
    const [few = '', more = ''] = save(t, withErrors(100), withErrors(150));
    const options = { output: 'markdown', failOverPercent: 40 } as const;
    const same = compareFiles(few, few, [rateOnly], options);
    assert.match(
      same.output,
      /^- errors: echo, 2 clients: threads: 500 in 5 of 5 rounds, then 500 /m,
    );
    assert.equal(same.exitStatus, 0);
    assert.equal(compareFiles(few, more, [rateOnly], options).exitStatus, 99);
    const higher = { ...options, failOverPercent: 60 };
    assert.equal(compareFiles(few, more, [rateOnly], higher).exitStatus, 0);
  });

  it('rejects a limit that is no percentage, and an unknown contender', (t) => {
    const [path = ''] = save(t, fileOf(models(1, 1)));
    for (const options of [
      { failOverPercent: NaN },
      { failOverPercent: -1 },
      { relativeTo: 'nobody' },
    ]) {
      assert.throws(
        () => compareFiles(path, path, [echo], { output: 'json', ...options }),
        UsageError,
      );
    }
  });
});
