/**
 * A terminal with a line that is edited: prompt, history, and texts that come in above a half-typed line. Its own
 * process, main thread.
 *
 * Secrets are typed into an editor of their own (secret.ts), so that they never get into the history.
 */
import { once } from 'node:events';
import { clearScreenDown, createInterface, cursorTo, moveCursor, type Interface } from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';
import { askSecretly, type SecretQuestion } from './secret.js';
import type { Terminal, TerminalListener } from './terminal.js';

const HISTORY_LINES = 500;

export class LineEditor implements Terminal {
  readonly interactive = true;
  readonly #input: ReadStream;
  readonly #output: WriteStream;
  /** Without cursor movement the kernel edits the line, and texts that come in are simply written. */
  readonly #dumb = process.env.TERM === 'dumb';
  #listener: TerminalListener | undefined;
  #editor: Interface | undefined;
  #question: SecretQuestion | undefined;
  #history: string[] = [];
  #prompt = '';
  #closed = false;

  constructor(input: ReadStream, output: WriteStream) {
    this.#input = input;
    this.#output = output;
  }

  listen(listener: TerminalListener): void {
    this.#listener = listener;
    // The window is closed: reading fails with EIO, writing too.
    this.#input.on('error', () => listener.end());
    this.#output.on('error', (error: Error) => listener.outputLost(error));
    this.#open();
  }

  show(text: string): void {
    if (this.#closed || this.#dumb) {
      this.#output.write(`${this.#prompt === '' ? '' : '\n'}${text}\n${this.#prompt}`);
      return;
    }
    const rows = this.#editor?.getCursorPos().rows ?? 0;
    moveCursor(this.#output, 0, -rows);
    cursorTo(this.#output, 0);
    clearScreenDown(this.#output);
    // The editor believes itself so many rows below its prompt, and goes up by them to redraw the line.
    this.#output.write(`${text}\n${'\n'.repeat(rows)}`);
    if (this.#editor) this.#editor.prompt(true);
    else this.#output.write(this.#prompt);
  }

  ask(prompt: string, secret: boolean): void {
    if (this.#closed) return;
    this.#prompt = prompt;
    if (secret) this.#askSecretly();
    else {
      this.#editor?.setPrompt(prompt);
      this.#editor?.prompt(true);
    }
  }

  async flushed(): Promise<void> {
    if (this.#output.writableNeedDrain) await once(this.#output, 'drain');
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#prompt = '';
    this.#question?.close();
    if (this.#dumb) this.#output.write('\n');
    else {
      moveCursor(this.#output, 0, -(this.#editor?.getCursorPos().rows ?? 0));
      cursorTo(this.#output, 0);
      clearScreenDown(this.#output);
    }
    this.#editor?.close();
  }

  #open(): void {
    const editor = createInterface({
      input: this.#input,
      output: this.#output,
      terminal: !this.#dumb,
      history: this.#history,
      historySize: HISTORY_LINES,
      removeHistoryDuplicates: true,
      prompt: '',
    });
    this.#editor = editor;
    // readline sets this to false for what arrives in one piece, a pasted text for one, and then appends it at the end
    // of the line wherever the cursor is, and loses count of the rows. There is nothing here to be completed anyway.
    Object.defineProperty(editor, 'isCompletionEnabled', { get: () => true, set: () => undefined });
    editor.on('history', (history) => (this.#history = history));
    editor.on('line', (line) => this.#take(line));
    editor.on('close', () => this.#editor === editor && this.#end());
    // Back in the foreground: readline has paused, and leaves it to us to go on.
    editor.on('SIGCONT', () => editor.prompt(true));
    editor.on('SIGINT', () => {
      if (editor.line === '') this.#listener?.interrupt();
      else {
        editor.write(null, { ctrl: true, name: 'e' });
        editor.write(null, { ctrl: true, name: 'u' });
      }
    });
  }

  #take(line: string): void {
    this.#prompt = '';
    this.#editor?.setPrompt('');
    this.#listener?.line(line);
  }

  #askSecretly(): void {
    const editor = this.#editor;
    if (!editor) return;
    this.#editor = undefined;
    editor.close();
    this.#question = askSecretly(this.#input, this.#output, this.#prompt, (answer) => {
      this.#question = undefined;
      if (this.#closed) return;
      if (answer === 'end') this.#end();
      else if (answer === 'interrupt') this.#listener?.interrupt();
      else {
        this.#open();
        this.#take(answer.line);
      }
    });
  }

  #end(): void {
    if (!this.#closed) this.#listener?.end();
  }
}
