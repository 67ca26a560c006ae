/**
 * The check that the stages of a hand-off add up to the whole. Pure; for the experiment's sentence
 * and for the audit of a run. A case of stages has a row for each stage and one for the whole, or
 * several such groups, whose rows begin with the server's name: `scm-rights: whole`.
 */
import type { CaseResult, RoundResult } from './experiment.js';

export const WHOLE = 'whole';
const SEPARATOR = ': ';
/** A part of the hand-off that no stage has would be larger. */
const MOST_DEVIATION = 0.05;

/** How much of the whole the stages of a server explain, as a share of 1, by their means. */
interface StageSum {
  readonly server: string;
  readonly share: number;
  readonly isWhole: boolean;
}

/** The beginning of a server's rows. */
export function stagePrefix(server: string): string {
  return `${server}${SEPARATOR}`;
}

/**
 * Adds up the stages of each server of a case; empty if the case has none. Means add up, percentiles
 * do not. The sums are of all connections, so a stage that lacks some of them shows, too.
 */
export function stageSums({ contenders }: CaseResult): StageSum[] {
  const wholes = contenders.filter(({ name }) => stageIn(name) === WHOLE);
  return wholes.map(({ name, rounds }) => {
    const prefix = name.slice(0, -WHOLE.length);
    const stages = contenders.filter((one) => {
      const stage = stageIn(one.name);
      return stage !== WHOLE && one.name === `${prefix}${stage}`;
    });
    const wholeNs = sumNs(rounds);
    const stagesNs = stages.reduce((sum, one) => sum + sumNs(one.rounds), 0);
    const share = wholeNs === 0 ? 0 : stagesNs / wholeNs;
    const server = prefix === '' ? 'the default way' : prefix.slice(0, -SEPARATOR.length);
    return { server, share, isWhole: Math.abs(share - 1) <= MOST_DEVIATION };
  });
}

function stageIn(row: string): string {
  return row.slice(row.lastIndexOf(SEPARATOR) + (row.includes(SEPARATOR) ? SEPARATOR.length : 1));
}

function sumNs(rounds: readonly RoundResult[]): number {
  return rounds.reduce((sum, { latencies }) => sum + (latencies.all?.sumNs ?? 0), 0);
}
