/** Provisional: what the rounds of a contender give for a measure. */
import type { CaseResult, ContenderResult, Measure } from './experiment.js';
import { spread, type Estimate } from './intervals.js';

export function measured({ rounds }: ContenderResult, measure: Measure): Estimate | undefined {
  const estimate = spread(rounds.map(measure.of).filter((value) => value !== undefined));
  const value = measure.over?.(rounds);
  return estimate && value !== undefined ? { ...estimate, value } : estimate;
}

export function ratioOf(
  { contenders }: CaseResult,
  measure: Measure,
  name: string,
  other: string,
): Estimate | undefined {
  const rounds = contenders.find((contender) => contender.name === name)?.rounds ?? [];
  const others = contenders.find((contender) => contender.name === other)?.rounds ?? [];
  return spread(
    rounds.flatMap((round) => {
      const base = others.find((candidate) => candidate.round === round.round);
      const above = measure.of(round);
      const below = base && measure.of(base);
      return above === undefined || below === undefined || below === 0 ? [] : [above / below];
    }),
  );
}
