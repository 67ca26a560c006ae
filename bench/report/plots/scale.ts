/**
 * Scales whose ends and ticks are known before drawing, because labels next to lines need a layout
 * in pixels. Pure functions.
 *
 * Linear scales start at zero, so that a bar's length is proportional to its value. Logarithmic
 * scales end on 1, 2 or 5 times a power of ten. `symlog` is a logarithmic axis that has a zero.
 */
export interface Scale {
  readonly type: 'linear' | 'log' | 'symlog';
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  readonly format: (tick: number) => string;
}

const LINEAR_TICKS = 5;
const LOG_TICKS = 8;
const LADDER = [1, 2, 5];

/** Makes the scale of values; its ends are ticks. */
export function valueScale(type: 'linear' | 'log', values: readonly number[]): Scale {
  const finite = values.filter(
    (value) => Number.isFinite(value) && (type === 'linear' || value > 0),
  );
  const ticks = type === 'log' ? logTicks(finite) : linearTicks(finite);
  const low = ticks[0] ?? 0;
  const high = ticks.at(-1) ?? 1;
  const shown = type === 'log' && ticks.length > LOG_TICKS ? ticks.filter(isPowerOfTen) : ticks;
  return { type, domain: [low, high], ticks: shown, format: tickFormat(high) };
}

/**
 * Makes the scale of cases, from the first to the last, with as many of their places as ticks as
 * fit.
 * @param fits the number of tick labels that fit next to each other
 * @param bytes labels powers of two as Ki and Mi
 */
export function placeScale(
  type: 'linear' | 'log',
  places: readonly number[],
  fits: number,
  bytes: boolean,
): Scale {
  const ticks = [...new Set(places)].toSorted((a, b) => a - b);
  const low = ticks[0] ?? 0;
  const high = ticks.at(-1) ?? 1;
  const domain: [number, number] = [low, high];
  const scale = { type: type === 'log' && low <= 0 ? ('symlog' as const) : type, domain };
  return {
    ...scale,
    ticks: thinned(ticks, scale, fits),
    format: bytes ? formatBytes : tickFormat(high),
  };
}

/** Returns the position on the axis: 0 is its start, 1 its end; values outside lie beyond. */
export function positionOf(
  { type, domain }: Pick<Scale, 'type' | 'domain'>,
  value: number,
): number {
  const [low, high] = domain.map((end) => warp(type, end)) as [number, number];
  return low === high ? 0.5 : (warp(type, value) - low) / (high - low);
}

/** Returns the value at a position; the inverse of {@link positionOf}. */
export function valueAt(
  { type, domain }: Pick<Scale, 'type' | 'domain'>,
  position: number,
): number {
  const [low, high] = domain.map((end) => warp(type, end)) as [number, number];
  const at = low + position * (high - low);
  return type === 'linear'
    ? at
    : type === 'log'
      ? Math.exp(at)
      : Math.sign(at) * Math.expm1(Math.abs(at));
}

function warp(type: Scale['type'], value: number): number {
  if (type === 'linear') return value;
  return type === 'log' ? Math.log(value) : Math.sign(value) * Math.log1p(Math.abs(value));
}

function linearTicks(values: readonly number[]): number[] {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  if (low === high) return [0, 1];
  const rough = (high - low) / LINEAR_TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (LADDER.find((rung) => rung * power >= rough) ?? 10);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  return Array.from({ length: last - first + 1 }, (_, index) => tidy((first + index) * step));
}

function logTicks(values: readonly number[]): number[] {
  if (values.length === 0) return [1, 10];
  const low = Math.min(...values);
  const high = Math.max(...values);
  const rungs: number[] = [];
  for (
    let power = Math.floor(Math.log10(low)) - 1;
    power <= Math.ceil(Math.log10(high)) + 1;
    power++
  ) {
    rungs.push(...LADDER.map((rung) => tidy(rung * 10 ** power)));
  }
  const below = rungs.findLastIndex((rung) => rung <= low);
  const above = rungs.findIndex((rung) => rung >= high);
  return rungs.slice(below, Math.max(above, below + 1) + 1);
}

function isPowerOfTen(value: number, index: number, { length }: readonly number[]): boolean {
  return index === 0 || index === length - 1 || Number.isInteger(tidy(Math.log10(value)));
}

/** Rounds off the error of sums of binary fractions. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

/** Keeps the first and the last tick, and those between that are far enough apart. */
function thinned(
  ticks: readonly number[],
  scale: Pick<Scale, 'type' | 'domain'>,
  fits: number,
): readonly number[] {
  const distance = 1 / fits;
  const kept: number[] = [];
  for (const [index, tick] of ticks.entries()) {
    const at = positionOf(scale, tick);
    const before = kept.at(-1);
    if (before !== undefined && at - positionOf(scale, before) < distance) {
      if (index < ticks.length - 1) continue;
      if (kept.length > 1) kept.pop();
    }
    kept.push(tick);
  }
  return kept;
}

/** Formats all ticks of an axis in thousands or millions if the largest needs it. */
function tickFormat(largest: number): (value: number) => string {
  const [size, suffix] =
    largest >= 1e10
      ? [1e9, 'G']
      : largest >= 2e6
        ? [1e6, 'M']
        : largest >= 1e4
          ? [1e3, 'k']
          : [1, ''];
  const options = { maximumSignificantDigits: 4 };
  return (value) =>
    Math.abs(value) < size && value !== 0 && Math.abs(value) < size / 10
      ? value.toLocaleString('en-GB', options)
      : `${(value / size).toLocaleString('en-GB', options)}${value === 0 ? '' : suffix}`;
}

function formatBytes(value: number): string {
  if (value >= 2 ** 20 && value % 2 ** 20 === 0) return `${value / 2 ** 20} Mi`;
  if (value >= 2 ** 10 && value % 2 ** 10 === 0) return `${value / 2 ** 10} Ki`;
  return tickFormat(value)(value);
}
