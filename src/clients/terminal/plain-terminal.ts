/**
 * The terminal of a script: reads one line from a pipe per question, and writes plain lines without
 * prompts and escape codes. Its own process, main thread.
 */
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { ReadStream } from 'node:tty';
import { askSecretly, type SecretQuestion } from './secret.js';
import type { Terminal, TerminalListener } from './terminal.js';

/** Splits a longer line into pieces. */
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

  /** A loop, since each answer may lead to the next question: recursion would exhaust the stack. */
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
    const whole =
      newline !== -1 || this.#text.length >= MAX_LINE_CHARACTERS || (this.#ended && this.#text);
    if (whole === false || whole === '') return undefined;
    const line = newline === -1 ? this.#text : this.#text.slice(0, newline);
    this.#text = newline === -1 ? '' : this.#text.slice(newline + 1);
    return line.replace(/\r$/, '');
  }

  /** Reads one more chunk; the rest of the pipe stays in the kernel. */
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

  /** Only the input is a terminal. It would echo the password, so secret.ts reads it. */
  #askSecretly(input: ReadStream, prompt: string): void {
    this.#question = askSecretly(input, process.stderr, prompt, (answer) => {
      this.#question = undefined;
      if (answer === 'interrupt') this.#listener?.interrupt();
      else if (answer === 'end') this.#listener?.end();
      else this.#listener?.line(answer.line);
    });
  }
}
