/**
 * The numbers of a row: those of the last seconds, three of them as lines over the last half
 * minute, and the one that stays.
 */
import type { Numbers } from '../protocol.js';
import { count, duration, percent } from './format.js';

/** A wait from here on is marked: a viewer would notice it. */
const BAD_MS = 500;

interface NumbersProps {
  readonly numbers: Numbers;
  readonly history: readonly Numbers[];
  readonly isAlive: boolean;
}

export function NumbersLine({ numbers, history, isAlive }: NumbersProps) {
  const { answersPerS, p50Ms, p99Ms, longestMs, cpuPercent, memoryMb, threads, watchPercent } =
    numbers;
  const line = (of: (one: Numbers) => number | undefined) => (
    <Line values={history.map((one) => of(one) ?? 0)} />
  );
  return (
    <dl class="numbers">
      <Number name="answers/s" value={count(answersPerS)}>
        {line((one) => one.answersPerS)}
      </Number>
      <Number name="p50" value={duration(p50Ms)}>
        {line((one) => one.p50Ms)}
      </Number>
      <Number name="p99" value={duration(p99Ms)}>
        {line((one) => one.p99Ms)}
      </Number>
      <Number name="longest wait" value={duration(longestMs)} isBad={longestMs >= BAD_MS} />
      <Number name="CPU" value={isAlive ? percent(cpuPercent) : '–'} />
      <Number name="memory" value={memoryMb === undefined ? '–' : `${Math.round(memoryMb)} MB`} />
      <Number name="all threads" value={threads === undefined ? '–' : String(threads)} />
      <Number
        name="page costs"
        value={watchPercent === undefined ? '–' : `${watchPercent.toFixed(1)} %`}
      />
    </dl>
  );
}

/** Stays readable, unlike the numbers of the last seconds, until the viewer changes something. */
export function Outcome({ numbers: { longestSinceCommandMs: ms } }: Pick<NumbersProps, 'numbers'>) {
  return (
    <dl class="outcome">
      <Number name="longest wait since last button" value={duration(ms)} isBad={ms >= BAD_MS} />
    </dl>
  );
}

interface NumberProps {
  readonly name: string;
  readonly value: string;
  readonly isBad?: boolean;
  readonly children?: preact.ComponentChildren;
}

function Number({ name, value, isBad = false, children }: NumberProps) {
  return (
    <div class={isBad ? 'number bad' : 'number'}>
      <dt>{name}</dt>
      <dd>
        <span>{value}</span>
        {children}
      </dd>
    </div>
  );
}

const [WIDTH, HEIGHT] = [90, 24];

/** From 0 to the largest value of the line. */
function Line({ values }: { readonly values: readonly number[] }) {
  const most = Math.max(...values, 1e-9);
  const step = WIDTH / Math.max(1, values.length - 1);
  const points = values.map(
    (value, index) =>
      `${(index * step).toFixed(1)},${(HEIGHT - 2 - (value / most) * (HEIGHT - 4)).toFixed(1)}`,
  );
  return (
    <svg class="line" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <polyline points={points.join(' ')} />
    </svg>
  );
}
