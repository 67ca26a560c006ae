/**
 * Whom --model names, and who takes part in an experiment: where the two differ, the experiment says so and why.
 *
 * Runs in the runner's process, between run.ts and a scenario. Seen from outside, so no scenario can forget it.
 */
import type { Bench } from '../scenarios/scenario.js';
import type { Contender, ServiceName } from '../contenders/contender.js';

/** Of one experiment. */
export class Participants {
  /** Empty: nobody is named, and everybody welcome. */
  readonly #named: readonly string[];
  readonly #came = new Set<string>();
  readonly #services = new Map<string, ServiceName>();

  constructor(named: readonly string[]) {
    this.#named = named;
  }

  /** The same bench, with everybody noted whom it measures. */
  watching(bench: Bench): Bench {
    return {
      ...bench,
      contenders: (service) => {
        const contenders = bench.contenders(service);
        for (const name of this.#named) {
          if (!contenders.some((contender) => contender.name === name)) this.#services.set(name, service);
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

  /** One line if there is something to say. @param why of the scenario, without the full stop */
  remarks(why = 'it has no place in this experiment'): string[] {
    if (this.#named.length === 0) return [];
    const absent = this.#named.filter((name) => !this.#came.has(name));
    const uncalled = [...this.#came].filter((name) => !this.#named.includes(name));
    if (absent.length === 0 && uncalled.length === 0) return [];
    // Who has no such server could not have come in any case.
    const others = absent.filter((name) => !this.#services.has(name));
    const what = [
      ...[...this.#services]
        .filter(([name]) => absent.includes(name))
        .map(([name, service]) => `${name} has no server for ${service}`),
      ...(others.length === 0 ? [] : [`${others.join(', ')} did not take part`]),
      ...(uncalled.length === 0 ? [] : [`${uncalled.join(', ')} took part, though not named`]),
    ];
    const needsReason = others.length + uncalled.length > 0;
    return [`--model: ${what.join('; ')}${needsReason ? `: ${why}` : ''}.`];
  }

  #note({ name, variantOf = name }: Contender): void {
    this.#came.add(variantOf);
  }
}
