/**
 * Sentences about results, made from the numbers, for a scenario's `seen`. Pure functions.
 *
 * A sentence calls no contender faster whose interval includes 1; verdicts.ts has the rule.
 */
import { changeOf, findContender, measured, othersShare, ratioOf, textOf } from './estimates.js';
import type { CaseResult, Experiment, ExperimentResult, Margins, Measure } from './experiment.js';
import { formatEstimate, formatShare } from './numbers.js';
import { served } from './measures.js';
import { TOO_FEW_ROUNDS, defaultMargins, inWords } from './verdicts.js';

export const NOTHING_SEEN = 'Nothing was measured.';

/** Makes the usual `seen`: a sentence for each case and measure, see {@link comparedWith}. */
export function comparing(...measures: readonly Measure[]): Experiment['seen'] {
  return ({ cases }, margins) =>
    joined(
      ...cases.flatMap((one) => measures.map((measure) => comparedWith(one, measure, margins))),
    );
}

/**
 * Compares all contenders of a case with the baseline:
 * `64 clients: requests/s of thread-per-client 0.84 (0.81–0.87) of event-loop (lower), …`.
 * @returns an empty text if there is nothing to compare
 */
export function comparedWith(
  result: CaseResult,
  measure: Measure,
  margins: Margins = defaultMargins,
  baseline = 'event-loop',
): string {
  const others = result.contenders.filter(
    ({ name, rounds }) => name !== baseline && rounds.length > 0,
  );
  const parts = others.flatMap(({ name }) => {
    const ratio = ratioOf(result, measure, name, baseline);
    if (ratio === undefined) return [];
    const verdict = inWords(ratio, margins(measure));
    return [
      `${name} ${formatEstimate(ratio)} of ${baseline} (${verdict}${servedBy(result, name)})`,
    ];
  });
  const failed = result.contenders
    .filter((one) => one.failed !== undefined)
    .map(({ name }) => name);
  return [
    ...(parts.length === 0
      ? []
      : [`${result.name}${noteOnOthers(result)}: ${measure.label} of ${parts.join(', ')}.`]),
    ...(failed.length === 0 ? [] : [`${result.name}: ${failed.join(' and ')} failed.`]),
  ].join(' ');
}

/**
 * A contender may win only by taking more of the cores from other programs; no interval shows that.
 */
function noteOnOthers(result: CaseResult): string {
  const share = othersShare(result);
  return share === undefined ? '' : ` (other programs used ${formatShare(share)} of a core)`;
}

/** A rate or a latency of a few clients is not comparable with that of all clients. */
function servedBy(result: CaseResult, name: string): string {
  const all = result.clients ?? 0;
  const some = numberOf(result, served, name);
  return some === undefined || some >= all ? '' : `; it served ${some} of ${all} clients`;
}

/**
 * Compares a contender in two cases: `1.47 (1.05–1.82) times the value without them (higher)`.
 * @param before names the first case: `without them`
 */
export function changed(
  [from, to]: readonly [CaseResult, CaseResult],
  measure: Measure,
  name: string,
  before: string,
  margins: Margins = defaultMargins,
): string | undefined {
  const [one, other] = [findContender(from, name), findContender(to, name)];
  const times = one && other && changeOf(one, other, measure);
  return (
    times &&
    `${formatEstimate(times)} times the value ${before} (${inWords(times, margins(measure))})`
  );
}

/** Formats the value of a contender in a case; undefined if it has none. */
export function shown(
  result: CaseResult | undefined,
  measure: Measure,
  name: string,
): string | undefined {
  const contender = result && findContender(result, name);
  return contender && textOf(contender, measure);
}

export function numberOf(
  result: CaseResult | undefined,
  measure: Measure,
  name: string,
): number | undefined {
  const contender = result && findContender(result, name);
  return contender && measured(contender, measure)?.value;
}

export function caseNamed({ cases }: ExperimentResult, name: string): CaseResult | undefined {
  return cases.find((one) => one.name === name);
}

/** Joins sentences, empty ones left out. What every ratio of a short run lacks is said once. */
export function joined(...sentences: readonly (string | undefined)[]): string {
  const said = sentences.filter((one) => one !== undefined && one !== '');
  return said.length === 0 ? NOTHING_SEEN : withoutRepetition(said.join(' '));
}

function withoutRepetition(text: string): string {
  if (text.split(`(${TOO_FEW_ROUNDS}`).length <= 2) return text;
  const rest = text.replaceAll(` (${TOO_FEW_ROUNDS})`, '').replaceAll(`(${TOO_FEW_ROUNDS}; `, '(');
  return `${rest} Ratios without a verdict have too few rounds for one.`;
}
