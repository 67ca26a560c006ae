/**
 * A scale whose ends and ticks are known before anything is drawn: labels beside lines have to be laid out in pixels,
 * and a picture has to be the same whatever draws it.
 *
 * Linear ones start at zero, for a bar's length must mean something; logarithmic ones end on 1, 2 or 5 times a power
 * of ten. `symlog` is for a logarithmic axis with a zero on it, such as no silent clients at all.
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

/** For values to be read off: its ends are ticks. */
export function valueScale(type: 'linear' | 'log', values: readonly number[]): Scale {
  const finite = values.filter((value) => Number.isFinite(value) && (type === 'linear' || value > 0));
  const ticks = type === 'log' ? logTicks(finite) : linearTicks(finite);
  const low = ticks[0] ?? 0;
  const high = ticks.at(-1) ?? 1;
  const shown = type === 'log' && ticks.length > LOG_TICKS ? ticks.filter(isPowerOfTen) : ticks;
  return { type, domain: [low, high], ticks: shown, format: tickFormat(high) };
}

/** For the places of cases: from the first to the last, a tick at each, as many as fit beside each other. */
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
  return { ...scale, ticks: thinned(ticks, scale, fits), format: bytes ? formatBytes : tickFormat(high) };
}

/** Where on the axis, 0 is its start and 1 its end; beyond them for what lies outside. */
export function positionOf({ type, domain }: Pick<Scale, 'type' | 'domain'>, value: number): number {
  const [low, high] = domain.map((end) => warp(type, end)) as [number, number];
  return low === high ? 0.5 : (warp(type, value) - low) / (high - low);
}

/** The value at a position. */
export function valueAt({ type, domain }: Pick<Scale, 'type' | 'domain'>, position: number): number {
  const [low, high] = domain.map((end) => warp(type, end)) as [number, number];
  const at = low + position * (high - low);
  return type === 'linear' ? at : type === 'log' ? Math.exp(at) : Math.sign(at) * Math.expm1(Math.abs(at));
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
  for (let power = Math.floor(Math.log10(low)) - 1; power <= Math.ceil(Math.log10(high)) + 1; power++) {
    rungs.push(...LADDER.map((rung) => tidy(rung * 10 ** power)));
  }
  const below = rungs.findLastIndex((rung) => rung <= low);
  const above = rungs.findIndex((rung) => rung >= high);
  return rungs.slice(below, Math.max(above, below + 1) + 1);
}

function isPowerOfTen(value: number, index: number, { length }: readonly number[]): boolean {
  return index === 0 || index === length - 1 || Number.isInteger(tidy(Math.log10(value)));
}

/** Sums of binary fractions have tails. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

/** The first and the last, and of the others those that keep their distance. */
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

/** In thousands or millions where the largest needs it, the same all along an axis. */
function tickFormat(largest: number): (value: number) => string {
  const [size, suffix] =
    largest >= 1e10 ? [1e9, 'G'] : largest >= 2e6 ? [1e6, 'M'] : largest >= 1e4 ? [1e3, 'k'] : [1, ''];
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
