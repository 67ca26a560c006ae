/**
 * Compares the contenders that --model names with those that an experiment measures. If they
 * differ, the experiment gets a remark with the reason.
 *
 * Runs in the runner's process. It wraps the bench that run.ts gives to a scenario, so no scenario
 * can forget the remark. Read run.ts next.
 */
import type { Bench } from '../scenarios/scenario.js';
import type { Contender, ServiceName } from '../contenders/contender.js';

/** The contenders of one experiment. */
export class Participants {
  /** Empty: no filter. */
  readonly #named: readonly string[];
  /** The user's own servers, which take part wherever they can. */
  readonly #servers: readonly string[];
  readonly #measured = new Set<string>();
  /** Services that the scenario asked for, by the named contender that lacks them. */
  readonly #lacking = new Map<string, ServiceName>();

  constructor(named: readonly string[], servers: readonly string[] = []) {
    this.#named = named;
    this.#servers = servers;
  }

  /** Returns the same bench, but records each contender that it measures. */
  watching(bench: Bench): Bench {
    return {
      ...bench,
      contenders: (service) => {
        const contenders = bench.contenders(service);
        for (const name of this.#named) {
          if (!contenders.some((contender) => contender.name === name))
            this.#lacking.set(name, service);
        }
        return contenders;
      },
      start: (contender, needs) => {
        this.#note(contender);
        return bench.start(contender, needs);
      },
      compare: (cases, contenders) => {
        contenders.forEach((contender) => this.#note(contender));
        return bench.compare(cases, contenders);
      },
    };
  }

  /**
   * Returns one line if named and measured contenders differ, otherwise none.
   * @param why the scenario's reason, without the full stop
   */
  remarks(why = 'it has no place in this experiment'): string[] {
    if (this.#named.length === 0) return [];
    const absent = this.#named.filter((name) => !this.#measured.has(name));
    const unnamed = [...this.#measured].filter(
      (name) => !this.#named.includes(name) && !this.#servers.includes(name),
    );
    if (absent.length === 0 && unnamed.length === 0) return [];
    // A contender without the service needs no other reason.
    const others = absent.filter((name) => !this.#lacking.has(name));
    const what = [
      ...[...this.#lacking]
        .filter(([name]) => absent.includes(name))
        .map(([name, service]) => `${name} has no server for ${service}`),
      ...(others.length === 0 ? [] : [`${others.join(', ')} did not take part`]),
      ...(unnamed.length === 0 ? [] : [`${unnamed.join(', ')} took part without being named`]),
    ];
    const needsReason = others.length + unnamed.length > 0;
    return [`--model: ${what.join('; ')}${needsReason ? `: ${why}` : ''}.`];
  }

  #note({ name, variantOf = name }: Contender): void {
    this.#measured.add(variantOf);
  }
}
