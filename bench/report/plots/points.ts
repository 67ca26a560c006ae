/**
 * The values of a plot: one per contender, case and measure, and a sentence for each missing value.
 * A contender without answers has no latency; silently leaving out its point would make it look
 * fast.
 *
 * Pure functions; lines.ts and rows.ts draw the values.
 */
import { measured, textOf } from '../../analysis/estimates.js';
import type {
  CaseResult,
  ContenderResult,
  Experiment,
  Measure,
  PlotSpec,
} from '../../analysis/experiment.js';
import { clean, shortened } from './text.js';

export interface Point {
  readonly contender: string;
  readonly inCase: CaseResult;
  readonly dashed: boolean;
  readonly measure: Measure;
  /** In the plot's unit; NaN if the scale cannot show the value. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly rounds: number;
  /** The value as in a table, or why it is missing: `–, skipped`. */
  readonly text: string;
  /** The interval, formatted as in a table. */
  readonly range: string;
  /** The value is a lower bound. */
  readonly isAtLeast?: boolean;
  /** Why `value` is NaN. */
  readonly gap?: 'skipped' | 'failed' | 'no value' | 'zero';
}

export interface Points {
  readonly cases: readonly CaseResult[];
  /** All contenders of all cases, in the order of their first appearance. */
  readonly contenders: readonly { readonly name: string; readonly kind: ContenderResult['kind'] }[];
  readonly points: readonly Point[];
  /** One sentence per missing value or lower bound, with the reason. */
  readonly notes: readonly string[];
}

const NAME_CHARACTERS = 40;
const NOTE_CHARACTERS = 240;

/** Takes the cases with a place on the axis; without an axis, all cases. */
export function pointsOf(spec: PlotSpec, { axis }: Experiment, all: readonly CaseResult[]): Points {
  const placed = all.filter(({ x }) => axis.scale === 'none' || x !== undefined);
  const cases = axis.scale === 'none' ? placed : placed.toSorted((a, b) => (a.x ?? 0) - (b.x ?? 0));
  const kinds = new Map(
    cases.flatMap((one) => one.contenders.map(({ name, kind }) => [name, kind])),
  );
  const contenders = [...kinds].map(([name, kind]) => ({ name, kind }));
  const measures = spec.dashed === undefined ? [spec.measure] : [spec.measure, spec.dashed];
  const points = measures.flatMap((measure) =>
    contenders.flatMap(({ name }) => cases.map((one) => pointOf(spec, measure, name, one))),
  );
  return { cases, contenders, points, notes: notesOn(points, cases) };
}

function pointOf(spec: PlotSpec, measure: Measure, contender: string, inCase: CaseResult): Point {
  const found = inCase.contenders.find(({ name }) => name === contender);
  const estimate = found && measured(found, measure);
  const known = { contender, inCase, measure, dashed: measure !== spec.measure };
  const unit = spec.unit ?? 1;
  const gap = gapOf(estimate?.value, found, spec.scale);
  if (found === undefined || estimate === undefined || gap !== undefined) {
    const text = gap === 'zero' ? measure.format(0) : `–, ${gap ?? 'no value'}`;
    return {
      ...known,
      value: NaN,
      low: NaN,
      high: NaN,
      rounds: 0,
      text,
      range: '',
      gap: gap ?? 'no value',
    };
  }
  return {
    ...known,
    value: estimate.value / unit,
    low: estimate.low / unit,
    high: estimate.high / unit,
    rounds: estimate.rounds,
    text: textOf(found, measure) ?? '',
    isAtLeast: measure.isAtLeast?.(found.rounds) ?? false,
    range: `${measure.format(estimate.low)} to ${measure.format(estimate.high)}`,
  };
}

function gapOf(
  value: number | undefined,
  found: ContenderResult | undefined,
  scale: PlotSpec['scale'],
): Point['gap'] {
  if (value !== undefined && Number.isFinite(value)) {
    return scale === 'log' && value <= 0 ? 'zero' : undefined;
  }
  if (found?.failed !== undefined) return 'failed';
  return found?.skipped === undefined ? 'no value' : 'skipped';
}

/**
 * Gives each reason once: `iterative: no p99 at 16 clients, 64 clients.`, `c-epoll skipped: no
 * cc.`.
 */
function notesOn(points: readonly Point[], cases: readonly CaseResult[]): string[] {
  const groups = new Map<string, Set<string>>();
  for (const { contender, inCase, measure, gap, isAtLeast } of points) {
    const remark = gap ?? (isAtLeast ? 'at least' : undefined);
    if (remark === undefined) continue;
    const { failed, skipped } = inCase.contenders.find(({ name }) => name === contender) ?? {};
    const what = {
      skipped: ` skipped{where}: ${clean(skipped ?? '')}`,
      failed: ` failed{where}: ${clean(failed ?? '')}`,
      'no value': `: no ${measure.label}{where}`,
      zero: `: ${measure.label} is 0{where}, which a logarithmic scale cannot show`,
      'at least': `: ${measure.label} is a lower bound{where}, because clients got no answer in a whole round`,
    }[remark];
    const key = `${shortened(clean(contender), NAME_CHARACTERS)}${what}`;
    groups.set(key, (groups.get(key) ?? new Set()).add(inCase.name));
  }
  return [...groups].map(([what, names]) => {
    const where = names.size === cases.length ? '' : ` at ${[...names].map(clean).join(', ')}`;
    return shortened(`${what.replace('{where}', () => where)}.`, NOTE_CHARACTERS);
  });
}
