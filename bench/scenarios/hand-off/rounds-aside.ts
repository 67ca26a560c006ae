/**
 * Second results of the same rounds: a case loads its servers with one load, and a round may look at
 * them in other ways, too. So servers are started and warmed up once for several tables.
 */
import type { CaseResult, RoundMeasured } from '../../analysis/experiment.js';

export class RoundsAside<Measured = RoundMeasured> {
  readonly #rounds = new Map<string, Measured[]>();

  /** @param server the contender's name */
  add(server: string, measured: Measured): void {
    const rounds = this.#rounds.get(server) ?? [];
    rounds.push(measured);
    this.#rounds.set(server, rounds);
  }

  of(server: string): readonly Measured[] {
    return this.#rounds.get(server) ?? [];
  }
}

/** The case with the other measurements of its rounds. */
export function caseAside(
  one: CaseResult,
  about: Pick<CaseResult, 'name' | 'title'>,
  aside: RoundsAside,
): CaseResult {
  const { clients, closedLoop } = one;
  return {
    // Plots have one point for each x: that of the case itself.
    ...about,
    ...(clients !== undefined && { clients }),
    ...(closedLoop && { closedLoop }),
    contenders: one.contenders.map((contender) => ({
      ...contender,
      rounds: aside.of(contender.name).flatMap((measured, index) => {
        const round = contender.rounds[index];
        return round === undefined ? [] : [{ round: round.round, turn: round.turn, ...measured }];
      }),
    })),
  };
}
