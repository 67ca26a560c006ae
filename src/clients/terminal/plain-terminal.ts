/**
 * A script instead of a user: lines from a pipe, one for each question, and plain lines out. No prompt, no escape
 * codes. Its own process, main thread.
 */
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { ReadStream } from 'node:tty';
import { askSecretly, type SecretQuestion } from './secret.js';
import type { Terminal, TerminalListener } from './terminal.js';

/** A longer line is taken in pieces. */
const MAX_LINE_CHARACTERS = 65_536;

export class PlainTerminal implements Terminal {
  readonly interactive = false;
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #decoder = new StringDecoder('utf8');
  #listener: TerminalListener | undefined;
  #question: SecretQuestion | undefined;
  #wanted = false;
  #answering = false;
  #text = '';
  #ended = false;
  #closed = false;

  constructor(input: Readable, output: Writable) {
    this.#input = input;
    this.#output = output;
  }

  listen(listener: TerminalListener): void {
    this.#listener = listener;
    this.#output.on('error', (error) => listener.outputLost(error));
    for (const event of ['end', 'error', 'close']) {
      this.#input.on(event, () => {
        if (!this.#ended) this.#text += this.#decoder.end();
        this.#ended = true;
        this.#answer();
      });
    }
  }

  show(text: string): void {
    this.#output.write(`${text}\n`);
  }

  ask(prompt: string, secret: boolean): void {
    if (this.#closed || this.#question) return;
    if (secret && this.#input instanceof ReadStream) this.#askSecretly(this.#input, prompt);
    else {
      this.#wanted = true;
      this.#answer();
    }
  }

  async flushed(): Promise<void> {
    if (this.#output.writableNeedDrain) await once(this.#output, 'drain');
  }

  close(): void {
    this.#closed = true;
    this.#question?.close();
    this.#input.destroy();
  }

  /** A loop and no recursion: each answer may lead to the next question, for thousands of lines. */
  #answer(): void {
    if (this.#answering) return;
    this.#answering = true;
    while (this.#wanted && !this.#closed) {
      const line = this.#takeLine();
      if (line === undefined && !this.#ended) {
        this.#read();
        break;
      }
      this.#wanted = false;
      if (line === undefined) this.#listener?.end();
      else this.#listener?.line(line);
    }
    this.#answering = false;
  }

  #takeLine(): string | undefined {
    const newline = this.#text.indexOf('\n');
    const whole = newline !== -1 || this.#text.length >= MAX_LINE_CHARACTERS || (this.#ended && this.#text);
    if (whole === false || whole === '') return undefined;
    const line = newline === -1 ? this.#text : this.#text.slice(0, newline);
    this.#text = newline === -1 ? '' : this.#text.slice(newline + 1);
    return line.replace(/\r$/, '');
  }

  /** One chunk more; the rest of the pipe waits in the kernel. */
  #read(): void {
    if (this.#input.listenerCount('data') > 0) return;
    const take = (chunk: Buffer) => {
      this.#input.off('data', take);
      this.#input.pause();
      this.#text += this.#decoder.write(chunk);
      this.#answer();
    };
    this.#input.on('data', take);
    this.#input.resume();
  }

  /** The output is not the terminal, but what is typed would be echoed by it. */
  #askSecretly(input: ReadStream, prompt: string): void {
    this.#question = askSecretly(input, process.stderr, prompt, (answer) => {
      this.#question = undefined;
      if (answer === 'interrupt') this.#listener?.interrupt();
      else if (answer === 'end') this.#listener?.end();
      else this.#listener?.line(answer.line);
    });
  }
}
