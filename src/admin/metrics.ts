/**
 * The metrics of a running server in Prometheus' text format. Main thread. Loads prom-client, so it
 * is itself loaded only where metrics are asked for. Names follow OpenTelemetry's conventions, as
 * its exporter for Prometheus writes them, where they exist; docs/operations.md has a table.
 */
import { Counter, Gauge, Registry } from 'prom-client';
import type { MaybePromise } from '../connection/connection.js';
import { END_REASONS } from '../connection/end-reason.js';
import type { State } from '../serving/views.js';
import { LoopDelayMeter, type LoopDelay } from './loop-delay.js';
import type { Vitals } from './vitals.js';

interface Reading extends Vitals, LoopDelay {}

/** A sample of a metric for each value of its label. */
type Labelled = readonly (readonly [labels: Record<string, string>, value: number])[];

interface Row {
  readonly kind: typeof Counter | typeof Gauge;
  readonly name: string;
  readonly help: string;
  /** Undefined: the metric has no samples under this model. */
  readonly read: (reading: Reading) => number | Labelled | undefined;
}

/** Each has its series from the start, so that a rate is known from the first event on. */
const REASONS = [...END_REASONS, 'refused', 'left', 'thread lost'];
const CAUSES: readonly Vitals['refusalCause'][] = ['busy', 'queue full'];
const THREAD_STATES: readonly State[] = [
  ...(['starting', 'free', 'recv', 'send', 'call', 'await', 'running', 'serving'] as const),
];

const ROWS: readonly Row[] = [
  gauge('handoff_server_info', 'Always 1, with what is served and how.', (of) => [
    [{ service: of.service, model: of.model }, 1],
  ]),
  gauge('handoff_accepting', '1 if a new connection is served or queued, 0 if not.', (of) =>
    of.obstacle === undefined ? 1 : 0,
  ),
  gauge('handoff_connections_open', 'Connections that are served, and that wait.', (of) => [
    [{ state: 'served' }, of.serving],
    [{ state: 'waiting' }, of.waiting],
  ]),
  gauge('handoff_queue_limit', 'How many connections may wait.', (of) => of.queueLimit),
  counter('handoff_connections_accepted_total', 'Connections accepted.', (of) => of.accepted),
  counter('handoff_connections_refused_total', 'Connections refused, by cause.', (of) =>
    CAUSES.map((cause) => [{ cause }, cause === of.refusalCause ? of.refused : 0]),
  ),
  counter('handoff_connections_served_total', 'Conversations that have ended.', (of) => of.served),
  counter('handoff_connections_closed_total', 'Connections ended, by reason.', (of) =>
    [...new Set([...REASONS, ...Object.keys(of.closed)])].map((reason) => [
      { reason },
      of.closed[reason] ?? 0,
    ]),
  ),
  counter('handoff_received_bytes_total', 'Bytes from clients.', (of) => of.bytesIn),
  counter('handoff_sent_bytes_total', 'Bytes to clients.', (of) => of.bytesOut),
  counter(
    'handoff_log_lines_dropped_total',
    'Lines of the log that could not be written.',
    (of) => of.logLinesDropped,
  ),
  gauge(
    'handoff_threads',
    'Client threads, by what they do.',
    ({ threads }) =>
      threads && THREAD_STATES.map((state) => [{ state }, threads.states[state] ?? 0]),
  ),
  gauge('handoff_threads_limit', 'How many client threads may run.', (of) => of.threads?.most),
  counter('handoff_threads_lost_total', 'Client threads that died.', (of) => of.threads?.lost),
  ...(
    [
      ['min', (of) => of.minS],
      ['mean', (of) => of.meanS],
      ['max', (of) => of.maxS],
      ['stddev', (of) => of.stddevS],
      ['p50', (of) => of.p50S],
      ['p90', (of) => of.p90S],
      ['p99', (of) => of.p99S],
    ] as const satisfies readonly (readonly [string, (of: Reading) => number])[]
  ).map(([which, read]) =>
    gauge(
      `nodejs_eventloop_delay_${which}_seconds`,
      `The ${which} of the event loop's delay since the last request.`,
      read,
    ),
  ),
  gauge(
    'nodejs_eventloop_utilization_ratio',
    'The busy share of the event loop since the last request.',
    (of) => of.utilization,
  ),
  counter('process_cpu_time_seconds_total', 'Processor time of the process.', () => {
    const { user, system } = process.cpuUsage();
    return [
      [{ cpu_mode: 'user' }, user / 1e6],
      [{ cpu_mode: 'system' }, system / 1e6],
    ];
  }),
  gauge('process_memory_usage_bytes', 'Resident memory of the process.', () =>
    process.memoryUsage.rss(),
  ),
  gauge('process_uptime_seconds', 'Time since the process started.', () => process.uptime()),
];

export class Metrics {
  readonly #registry = new Registry();
  readonly #delay = new LoopDelayMeter();
  readonly #vitals: () => MaybePromise<Vitals>;
  readonly #setters: readonly ((reading: Reading) => void)[];

  constructor(vitals: () => MaybePromise<Vitals>) {
    this.#vitals = vitals;
    this.#setters = ROWS.map((row) => setterOf(row, this.#registry));
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics, of one moment. */
  async text(): Promise<string> {
    const reading = { ...(await this.#vitals()), ...this.#delay.take() };
    for (const set of this.#setters) set(reading);
    return this.#registry.metrics();
  }

  close(): void {
    this.#delay.close();
  }
}

function setterOf({ kind, name, help, read }: Row, registry: Registry) {
  const labelNames = ['service', 'model', 'state', 'cause', 'reason', 'cpu_mode'];
  const metric = new kind({ name, help, labelNames, registers: [registry] });
  return (reading: Reading): void => {
    const samples = read(reading);
    // After a reset, a metric of labels has no samples until they are set.
    metric.reset();
    if (samples === undefined) registry.removeSingleMetric(name);
    else if (typeof samples === 'number') metric.inc(samples);
    else for (const [labels, value] of samples) metric.inc(labels, value);
  };
}

function gauge(name: string, help: string, read: Row['read']): Row {
  return { kind: Gauge, name, help, read };
}

function counter(name: string, help: string, read: Row['read']): Row {
  return { kind: Counter, name, help, read };
}
