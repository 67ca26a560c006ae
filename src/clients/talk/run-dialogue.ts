/**
 * Runs a dialogue between a connection and a terminal until one of them ends. Its own process, main
 * thread. cli/interactive.ts turns the ending into an exit status.
 *
 *     server ── message ──►            ◄── line ── terminal
 *                          dialogue
 *     server ◄── send ────            ─── show, ask ──► terminal
 */
import { outputError } from '../../base/output.js';
import { paint, type Terminal } from '../terminal/terminal.js';
import type { Wire } from '../wire/wire.js';
import type { Dialogue, Expected, Step } from './dialogue.js';

/**
 * `left`: the user left; `closed`: the server closed; `interrupted`: Ctrl-C; `unread`: the reader
 * closed the output; `late`: the server did not send the expected message in time.
 */
export type Ending = 'left' | 'closed' | 'interrupted' | 'unread' | 'late';

interface Outcome {
  readonly ending: Ending;
  /** The server's reason, if the last line that it sent is an `ERR`. */
  readonly refusal: string | undefined;
}

/** After the client has left, it closes when the server is silent for this long. */
const GOODBYE_TIMEOUT_MS = { interactive: 1000, script: 20_000 } as const;

/** @throws StartError with a one-line message if the connection breaks or the output is full */
export function runDialogue(dialogue: Dialogue, wire: Wire, terminal: Terminal): Promise<Outcome> {
  return new DialogueRun(dialogue, wire, terminal).run();
}

class DialogueRun {
  readonly #dialogue: Dialogue;
  readonly #wire: Wire;
  readonly #terminal: Terminal;
  #ending: Ending = 'closed';
  #lastMessage = '';
  #goodbyeTimer: NodeJS.Timeout | undefined;
  #expected: Expected | undefined;
  #timer: NodeJS.Timeout | undefined;
  #outputError: Error | undefined;

  constructor(dialogue: Dialogue, wire: Wire, terminal: Terminal) {
    this.#dialogue = dialogue;
    this.#wire = wire;
    this.#terminal = terminal;
  }

  async run(): Promise<Outcome> {
    this.#terminal.listen({
      line: (line) => this.#perform(this.#dialogue.onLine(line)),
      end: () => this.#perform(this.#dialogue.onInputEnd()),
      interrupt: () => this.#abort('interrupted'),
      outputLost: (error) => {
        this.#outputError ??= outputError(error);
        this.#abort('unread');
      },
    });
    try {
      this.#perform(this.#dialogue.start());
      for await (const messages of this.#wire.messages()) {
        this.#goodbyeTimer?.refresh();
        for (const message of messages) {
          this.#lastMessage = message;
          if (!this.#terminal.interactive) this.#terminal.show(paint(message));
          this.#perform(this.#dialogue.onMessage(message));
        }
        this.#perform(this.#dialogue.onBatchEnd?.() ?? []);
        await this.#terminal.flushed();
      }
    } catch (error) {
      if (this.#isFailure()) throw error;
    } finally {
      clearTimeout(this.#goodbyeTimer);
      clearTimeout(this.#timer);
      this.#terminal.close();
      this.#wire.destroy();
    }
    if (this.#outputError) throw this.#outputError;
    return { ending: this.#ending, refusal: this.#refusal };
  }

  get #refusal(): string | undefined {
    const line = this.#lastMessage.trimEnd().split('\n').at(-1) ?? '';
    return line.startsWith('ERR ') ? line.slice('ERR '.length) : undefined;
  }

  /**
   * Whether it matters that the connection broke. After a refusal, it is only the way in which the
   * server closed. A user who has left waits for no answer, unless the dialogue does; a script may
   * have lost one.
   */
  #isFailure(): boolean {
    if (this.#refusal !== undefined) return false;
    const left = this.#ending === 'left' && this.#dialogue.failure() === undefined;
    const waits = !this.#terminal.interactive || this.#dialogue.waitsForServer === true;
    return this.#ending === 'closed' || (left && waits);
  }

  #abort(ending: Ending): void {
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
    this.#watchFor(this.#ending === 'closed' ? this.#dialogue.expected?.() : undefined);
  }

  #watchFor(awaited: Expected | undefined): void {
    if (awaited?.what === this.#expected?.what) return;
    this.#expected = awaited;
    clearTimeout(this.#timer);
    if (awaited) this.#timer = setTimeout(() => this.#onTimeout(awaited), awaited.withinMs);
  }

  /**
   * An iterative server may serve others first. So a user decides how long to wait; a script ends.
   */
  #onTimeout(awaited: Expected): void {
    if (this.#terminal.interactive)
      this.#terminal.show(paint(`${missingText(awaited)} Still waiting …`, 'gray'));
    else this.#abort('late');
  }

  #ask(prompt: string, secret: boolean): void {
    if (this.#terminal.interactive) this.#terminal.ask(prompt, secret);
    // A script may produce lines faster than the server reads them.
    else void this.#wire.flushed().then(() => this.#terminal.ask(prompt, secret));
  }

  #leave(): void {
    this.#ending = 'left';
    this.#wire.end();
    this.#terminal.close();
    if (this.#dialogue.waitsForServer) return;
    const patienceMs = GOODBYE_TIMEOUT_MS[this.#terminal.interactive ? 'interactive' : 'script'];
    this.#goodbyeTimer = setTimeout(() => this.#wire.destroy(), patienceMs);
  }
}

export function missingText({ what, of, withinMs }: Expected): string {
  return `no ${what} for ${withinMs / 1000} s; is that ${of}?`;
}
