/**
 * What was seen, in words that the numbers give: for a scenario's `seen`. Pure functions over experiment.ts.
 *
 * Nobody is called quicker whose interval includes 1: verdicts.ts has the rule.
 */
import { changeOf, findContender, measured, othersShare, ratioOf, textOf } from './estimates.js';
import type { CaseResult, ExperimentResult, Measure } from './experiment.js';
import { formatEstimate, formatShare } from './numbers.js';
import { served } from './measures.js';
import { inWords, usualMargins, type Margins } from './verdicts.js';

export const NOTHING_SEEN = 'Nothing was measured.';

/** `64 clients: requests/s of thread-per-client 0.84 (0.81–0.87) of event-loop (lower), …` for all others that ran. */
export function comparedWith(
  result: CaseResult,
  measure: Measure,
  margins: Margins = usualMargins,
  baseline = 'event-loop',
): string {
  const others = result.contenders.filter(({ name, rounds }) => name !== baseline && rounds.length > 0);
  const parts = others.flatMap(({ name }) => {
    const ratio = ratioOf(result, measure, name, baseline);
    if (ratio === undefined) return [];
    const verdict = inWords(ratio, margins(measure));
    return [`${name} ${formatEstimate(ratio)} of ${baseline} (${verdict}${servedBy(result, name)})`];
  });
  const failed = result.contenders.filter((one) => one.failed !== undefined).map(({ name }) => name);
  return [
    ...(parts.length === 0
      ? []
      : [`${result.name}${besideOthers(result)}: ${measure.label} of ${parts.join(', ')}.`]),
    ...(failed.length === 0 ? [] : [`${result.name}: ${failed.join(' and ')} failed.`]),
  ].join(' ');
}

/** Who takes more of the cores from other programs may win by that alone, and an interval cannot know it. */
function besideOthers(result: CaseResult): string {
  const share = othersShare(result);
  return share === undefined ? '' : ` (beside other programs that used ${formatShare(share)} of a core)`;
}

/** A rate, and all the more a latency, of few clients is not to be compared with that of all: say so beside it. */
function servedBy(result: CaseResult, name: string): string {
  const all = result.clients ?? 0;
  const some = numberOf(result, served, name);
  return some === undefined || some >= all ? '' : `; it served ${some} of ${all} clients`;
}

/** `1.47 (1.05–1.82) times what it was without them (higher)`: a contender in one case, by what it was in another. */
export function changed(
  [from, to]: readonly [CaseResult, CaseResult],
  measure: Measure,
  name: string,
  before: string,
  margins: Margins = usualMargins,
): string | undefined {
  const [one, other] = [findContender(from, name), findContender(to, name)];
  const times = one && other && changeOf(one, other, measure);
  return (
    times && `${formatEstimate(times)} times what it was ${before} (${inWords(times, margins(measure))})`
  );
}

/** The value of a contender in a case, as its measure shows it; undefined where it has none. */
export function shown(result: CaseResult | undefined, measure: Measure, name: string): string | undefined {
  const contender = result && findContender(result, name);
  return contender && textOf(contender, measure);
}

export function numberOf(result: CaseResult | undefined, measure: Measure, name: string): number | undefined {
  const contender = result?.contenders.find((one) => one.name === name);
  return contender && measured(contender, measure)?.value;
}

export function caseNamed({ cases }: ExperimentResult, name: string): CaseResult | undefined {
  return cases.find((one) => one.name === name);
}

/** Sentences of which some may have nothing to say. */
export function joined(...sentences: readonly (string | undefined)[]): string {
  const said = sentences.filter((one) => one !== undefined && one !== '');
  return said.length === 0 ? NOTHING_SEEN : said.join(' ');
}
