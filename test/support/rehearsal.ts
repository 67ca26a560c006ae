/** A dialogue without server and terminal: its steps after what arrives and is typed. */
import type { Dialogue, Step } from '../../src/clients/talk/dialogue.js';

export class Rehearsal {
  readonly #dialogue: Dialogue;
  readonly shown: string[] = [];

  constructor(dialogue: Dialogue) {
    this.#dialogue = dialogue;
  }

  begin(): string[] {
    return this.#note(this.#dialogue.start());
  }

  /** Lines that arrive together. */
  hear(...lines: string[]): string[] {
    const steps = lines.flatMap((line) => this.#dialogue.onMessage(line));
    return this.#note([...steps, ...(this.#dialogue.onBatchEnd?.() ?? [])]);
  }

  type(line: string): string[] {
    return this.#note(this.#dialogue.onLine(line));
  }

  endInput(): string[] {
    return this.#note(this.#dialogue.onInputEnd());
  }

  get failure(): string | undefined {
    return this.#dialogue.failure();
  }

  /** The steps, except for what is shown. */
  #note(steps: readonly Step[]): string[] {
    return steps.flatMap((step) => {
      if (step.do === 'show') this.shown.push(step.text);
      if (step.do === 'send') return [`send ${step.message}`];
      if (step.do === 'ask') return [step.secret ? 'ask secretly' : 'ask'];
      return step.do === 'leave' ? ['leave'] : [];
    });
  }
}
