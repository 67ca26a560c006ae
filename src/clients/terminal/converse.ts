/**
 * Brings a dialogue, a connection and a terminal together until one of them is through. Its own process, main thread.
 *
 *     server ── message ──►            ◄── line ── terminal
 *                          dialogue
 *     server ◄── send ────            ─── show, ask ──► terminal
 */
import { outputError } from '../../base/output.js';
import type { Awaited, Dialogue, Step } from './dialogue.js';
import { paint, type Terminal } from './terminal.js';
import type { Wire } from '../wire/wire.js';

/** left: the user has said goodbye; closed: the server has; late: it has not said what it must. */
type Ending = 'left' | 'closed' | 'interrupted' | 'unread' | 'late';

/** After a goodbye, for so long the server may be silent before the client closes. */
const PATIENCE_MS = { interactive: 1000, script: 20_000 } as const;

/** @throws StartError in one line when the connection is lost, or the output */
export function converse(dialogue: Dialogue, wire: Wire, terminal: Terminal): Promise<Ending> {
  return new Conversation(dialogue, wire, terminal).hold();
}

class Conversation {
  readonly #dialogue: Dialogue;
  readonly #wire: Wire;
  readonly #terminal: Terminal;
  #ending: Ending = 'closed';
  #patience: NodeJS.Timeout | undefined;
  #awaited: Awaited | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #outputError: Error | undefined;

  constructor(dialogue: Dialogue, wire: Wire, terminal: Terminal) {
    this.#dialogue = dialogue;
    this.#wire = wire;
    this.#terminal = terminal;
  }

  async hold(): Promise<Ending> {
    this.#terminal.listen({
      line: (line) => this.#perform(this.#dialogue.typed(line)),
      end: () => this.#perform(this.#dialogue.inputEnded()),
      interrupt: () => this.#breakOff('interrupted'),
      outputLost: (error) => {
        this.#outputError ??= outputError(error);
        this.#breakOff('unread');
      },
    });
    try {
      this.#perform(this.#dialogue.begin());
      for await (const messages of this.#wire.messages()) {
        this.#patience?.refresh();
        for (const message of messages) {
          if (!this.#terminal.interactive) this.#terminal.show(paint(message));
          this.#perform(this.#dialogue.heard(message));
        }
        this.#perform(this.#dialogue.settled?.() ?? []);
        await this.#terminal.flushed();
      }
    } catch (error) {
      // Who has said goodbye, or is gone, need not know how the connection ended.
      if (this.#ending === 'closed') throw error;
    } finally {
      clearTimeout(this.#patience);
      clearTimeout(this.#deadline);
      this.#terminal.close();
      this.#wire.destroy();
    }
    if (this.#outputError) throw this.#outputError;
    return this.#ending;
  }

  #breakOff(ending: Ending): void {
    this.#ending = ending;
    this.#wire.destroy();
  }

  #perform(steps: readonly Step[]): void {
    for (const step of steps) {
      if (this.#ending !== 'closed' && step.do !== 'show') continue;
      if (step.do === 'show') {
        if (this.#terminal.interactive) this.#terminal.show(paint(step.text, step.style));
      } else if (step.do === 'send') this.#wire.send(step.message);
      else if (step.do === 'ask') this.#ask(step.prompt, step.secret ?? false);
      else this.#leave();
    }
    this.#watch(this.#ending === 'closed' ? this.#dialogue.awaits?.() : undefined);
  }

  #watch(awaited: Awaited | undefined): void {
    if (awaited?.what === this.#awaited?.what) return;
    this.#awaited = awaited;
    clearTimeout(this.#deadline);
    if (awaited) this.#deadline = setTimeout(() => this.#noteSilence(awaited), awaited.withinMs);
  }

  /** Behind others, as before an iterative server, it may take long: a user decides that, a script cannot. */
  #noteSilence(awaited: Awaited): void {
    if (this.#terminal.interactive) this.#terminal.show(paint(`${missing(awaited)} Still waiting …`, 'gray'));
    else this.#breakOff('late');
  }

  #ask(prompt: string, secret: boolean): void {
    if (this.#terminal.interactive) this.#terminal.ask(prompt, secret);
    // A script may say more than the server takes.
    else void this.#wire.flushed().then(() => this.#terminal.ask(prompt, secret));
  }

  #leave(): void {
    this.#ending = 'left';
    this.#wire.end();
    this.#terminal.close();
    if (this.#dialogue.waitsForEnd) return;
    const patienceMs = PATIENCE_MS[this.#terminal.interactive ? 'interactive' : 'script'];
    this.#patience = setTimeout(() => this.#wire.destroy(), patienceMs);
  }
}

export function missing({ what, of, withinMs }: Awaited): string {
  return `no ${what} for ${withinMs / 1000} s; is that ${of}?`;
}
