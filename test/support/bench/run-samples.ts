/**
 * A made-up run for tests of the report: a sweep over clients with a control and peers, a plot of
 * two measures, cases without an axis, failures, and names that try to be markup.
 */
import { formatCount, formatNs } from '../../../bench/analysis/numbers.js';
import type {
  CaseResult,
  ContenderResult,
  Experiment,
  ExperimentResult,
  Measure,
  PlotSpec,
  RoundValues,
} from '../../../bench/analysis/experiment.js';
import type { TextTable } from '../../../bench/analysis/numbers.js';
import type { ReportInput } from '../../../bench/report/html.js';

export const rate: Measure = {
  name: 'requestsPerSecond',
  label: 'requests/s',
  better: 'higher',
  format: formatCount,
  of: ({ values }) => values.requestsPerSecond,
};

export const p99: Measure = {
  name: 'p99Ns',
  label: 'p99',
  better: 'lower',
  format: formatNs,
  of: ({ values }) => values.p99Ns,
};

const uncorrected: Measure = {
  ...p99,
  name: 'uncorrectedNs',
  label: 'p99 uncorrected',
  of: ({ values }) => values.maxNs,
};

export const ratePlot: PlotSpec = {
  ...{ name: 'rate', title: 'Requests served as clients grow', measure: rate },
  ...{ scale: 'linear', label: 'requests/s' },
};

export const p99Plot: PlotSpec = {
  ...{ name: 'p99', title: 'Latency that 1 of 100 requests exceeds', measure: p99 },
  ...{ scale: 'log', label: 'p99 in ms', unit: 1e6 },
};

export function experimentOf(changes: Partial<Experiment> = {}): Experiment {
  return {
    name: 'echo',
    question: 'How many small requests does each model serve when many clients keep asking?',
    prediction:
      'The iterative server serves one client and lets the others wait for ever. The event loop handles all on one ' +
      'core; threads add a switch for every request and a second core to make up for it.',
    lookAt:
      'Clients served, requests/s against the event loop, and server CPU, which threads may have 2 cores of.',
    axis: { label: 'clients', scale: 'log' },
    measures: [rate, p99],
    plots: [ratePlot, p99Plot],
    seen: () =>
      'With 64 clients, thread-per-client serves 0.72 (0.70–0.74) times the requests of event-loop; iterative serves 1 of 64 clients.',
    ...changes,
  };
}

/** Rounds with these values and a small, fixed spread. */
export function contenderOf(
  name: string,
  values: RoundValues,
  changes: Partial<ContenderResult> & { readonly count?: number } = {},
): ContenderResult {
  const { count = 8, ...others } = changes;
  const spread = [0, 0.03, -0.02, 0.01, -0.04, 0.02, -0.01, 0.05];
  const rounds = Array.from({ length: count }, (_, index) => ({
    ...{ round: index + 1, turn: 1, latencies: {} },
    values: Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, value * (1 + (spread[index % 8] ?? 0))]),
    ),
  }));
  return { name, kind: 'model', rounds, ...others };
}

export function caseOf(x: number, contenders: readonly ContenderResult[]): CaseResult {
  const name = `${x.toLocaleString('en-GB')} ${x === 1 ? 'client' : 'clients'}`;
  return { name, title: `echo, 64 bytes, ${name}`, x, clients: x, contenders };
}

const SWEEP = [1, 4, 16, 64, 256, 1000];
/** Thousands of requests a second at each of them. */
const RATES: readonly (readonly [string, ContenderResult['kind'], readonly number[]])[] = [
  ['iterative', 'model', [38, 39, 38, 40, 38, 37]],
  ['event-loop', 'model', [36, 118, 137, 144, 139, 121]],
  ['thread-per-client', 'model', [41, 96, 100, 103, 88, 61]],
  ['event-loop again', 'control', [36.4, 117, 138, 143, 140, 120]],
  ['c-pthread', 'peer', [44, 109, 116, 124, 118, 99]],
  ['python-threading', 'peer', [29, 88, 105, 92, 71, 30]],
];

function sweep(): CaseResult[] {
  return SWEEP.map((clients, place) => {
    const contenders = RATES.map(([name, kind, rates]) => {
      const requestsPerSecond = (rates[place] ?? 0) * 1000;
      const p99Ns = ((name === 'iterative' ? 1 : clients) / requestsPerSecond) * 2.2e9;
      const noThreads = name === 'python-threading' && clients === 1000;
      if (noThreads)
        return contenderOf(name, {}, { kind, count: 0, failed: 'cannot start new thread' });
      const served = name !== 'iterative' || clients < 1000;
      return contenderOf(
        name,
        served ? { requestsPerSecond, p99Ns } : { requestsPerSecond: 0, p99Ns: Infinity },
        {
          kind,
        },
      );
    });
    return caseOf(clients, [
      ...contenders,
      contenderOf('c-epoll', {}, { kind: 'peer', count: 0, skipped: 'no C compiler (cc) found' }),
    ]);
  });
}

const openLoop = experimentOf({
  name: 'open-loop',
  question: 'What do clients see who do not wait for each other?',
  axis: { label: 'requests/s offered', scale: 'linear' },
  plots: [
    {
      ...{
        name: 'corrected',
        title: 'p99 from the intended send, and as a closed loop would report it',
      },
      ...{ measure: p99, dashed: uncorrected, scale: 'log', label: 'p99 in ms', unit: 1e6 },
    },
  ],
  seen: () =>
    'Up to 80,000 requests/s all answer within 10 ms; past that the queue grows, which only p99 shows.',
});

const openLoopFound: ExperimentResult = {
  name: 'open-loop',
  remarks: ['120,000 requests/s left out: the generator needs a core of its own for it.'],
  cases: [20_000, 40_000, 60_000, 80_000, 100_000].map((x, place) => ({
    ...{ name: `${x / 1000}k offered`, title: `open-loop, ${x} requests/s offered`, x },
    contenders: [
      contenderOf('event-loop', { p99Ns: 4e5 * 2.2 ** (place ** 1.4), maxNs: 4e5 * 1.4 ** place }),
      contenderOf('thread-per-client', {
        p99Ns: 6e5 * 2.5 ** (place ** 1.4),
        maxNs: 5e5 * 1.5 ** place,
      }),
    ],
  })),
};

const slowClient = experimentOf({
  name: 'slow-client',
  question: 'Does a client that stops reading slow the others down?',
  axis: { label: '', scale: 'none' },
  seen: () =>
    'Short requests take as long as before under threads and event loop; the iterative server stops.',
});

const slowClientFound: ExperimentResult = {
  name: 'slow-client',
  remarks: [],
  cases: [0, 8].map((silent) => ({
    name: silent === 0 ? 'none silent' : `${silent} silent`,
    title:
      silent === 0 ? '16 clients, none of them silent' : `16 clients beside ${silent} silent ones`,
    contenders: RATES.slice(0, 3).map(([name, kind, rates], index) =>
      silent > 0 && name === 'iterative'
        ? contenderOf(name, { requestsPerSecond: 0, p99Ns: Infinity }, { kind })
        : contenderOf(
            name,
            { requestsPerSecond: (rates[2] ?? 0) * 1000, p99Ns: 3e5 * (index + 1) },
            { kind },
          ),
    ),
  })),
};

const control = experimentOf({
  name: 'control',
  question: 'Does the bench see a difference where there is none?',
  plots: [{ ...ratePlot, title: 'The same server twice' }],
  seen: () =>
    'event-loop against itself: 1.00 (0.99–1.01) times the requests, no winner, as expected.',
});

const controlFound: ExperimentResult = {
  name: 'control',
  remarks: [],
  cases: [
    caseOf(64, [
      contenderOf('event-loop', { requestsPerSecond: 144_000, p99Ns: 9e5 }),
      contenderOf(
        'event-loop again',
        { requestsPerSecond: 143_500, p99Ns: 9.1e5 },
        { kind: 'control' },
      ),
    ]),
  ],
};

/** A name that is markup, ends an attribute, and has characters that XML forbids. */
export const HOSTILE = '<script>alert("1")</script>&amp;\u00a0\u0007\'"-->]]>';

const hostile = experimentOf({
  name: 'hostile',
  question: `${HOSTILE}?`,
  plots: [{ ...ratePlot, title: HOSTILE }, p99Plot],
  axis: { label: HOSTILE, scale: 'log' },
  seen: () => HOSTILE,
});

const hostileFound: ExperimentResult = {
  name: 'hostile',
  remarks: [HOSTILE],
  failed: `${HOSTILE} ${'unbroken'.repeat(60)}`,
  cases: [0, 8, 64].map((x) => ({
    ...caseOf(x, [
      contenderOf(HOSTILE, { requestsPerSecond: x, p99Ns: x === 8 ? Infinity : 1e6 }),
      ...Array.from({ length: 9 }, (_, index) =>
        contenderOf(
          `variant ${index}`,
          { requestsPerSecond: 30 + index, p99Ns: 1e6 },
          { kind: 'variant' },
        ),
      ),
    ]),
    title: HOSTILE,
  })),
};

/** The whole run as the input of the report. */
export function sampleRun(): ReportInput {
  return {
    results: {
      startedAt: '2026-01-02T03:04:05.000Z',
      durationMs: 812_345,
      machine: {
        ...{
          cpu: 'A Processor @ 2.60GHz',
          cores: 2,
          memoryBytes: 25.2e9,
          kernel: 'linux 6.1.0',
          arch: 'x64',
        },
      },
      versions: { node: 'v20.20.0', packages: { koffi: '3.3.4', piscina: '5.3.2' } },
      experiments: [
        { name: 'echo', cases: sweep(), remarks: [] },
        openLoopFound,
        slowClientFound,
        controlFound,
        hostileFound,
        { name: 'from-tomorrow', cases: [], remarks: [] },
      ],
    },
    experiments: [experimentOf(), openLoop, slowClient, control, hostile],
    tablesOf,
    resultsName: '2026-01-02T03-04-05.000Z.json',
  };
}

/** Tables as wide as the bench's own. */
function tablesOf({ measures }: Experiment, { cases }: ExperimentResult): TextTable[] {
  const more = [
    'p50',
    'p99',
    'p99.9',
    'max',
    'CPU',
    'MB',
    'threads',
    'errors',
    'served',
    'of event-loop',
  ];
  return cases.map(({ title, contenders }) => ({
    title,
    head: ['server', measures[0].label, ...more],
    rows: contenders.map(({ name, rounds }) => {
      const value = rounds[0] && measures[0].of(rounds[0]);
      return [name, value === undefined ? '–' : formatCount(value), ...more.map(() => '1.23 ms')];
    }),
    notes: contenders.flatMap(({ name, skipped }) =>
      skipped === undefined ? [] : [`${name}: skipped, ${skipped}`],
    ),
  }));
}
