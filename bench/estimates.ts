import type { CaseResult, ContenderResult, Measure } from './experiment.js';
import { estimateOf, type Estimate } from './intervals.js';

export function measured(contender: ContenderResult, measure: Measure): Estimate | undefined {
  const estimate = estimateOf(contender.rounds.flatMap((round) => measure.of(round) ?? []));
  return estimate && { ...estimate, value: measure.over?.(contender.rounds) ?? estimate.value };
}

export function ratioOf(
  result: CaseResult,
  measure: Measure,
  name: string,
  other: string,
): Estimate | undefined {
  const rounds = (which: string) => result.contenders.find((one) => one.name === which)?.rounds ?? [];
  return estimateOf(
    rounds(name).flatMap((round) => {
      const base = rounds(other).find((candidate) => candidate.round === round.round);
      const [a, b] = [measure.of(round), base && measure.of(base)];
      return a === undefined || b === undefined || b === 0 ? [] : [a / b];
    }),
  );
}
