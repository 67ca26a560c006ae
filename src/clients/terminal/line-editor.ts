/**
 * A terminal with a line editor: prompt, history, and texts that appear above a half-typed line.
 * Its own process, main thread.
 *
 * secret.ts reads passwords with an editor of its own, so that they never enter the history.
 */
import { once } from 'node:events';
import {
  clearScreenDown,
  createInterface,
  cursorTo,
  moveCursor,
  type Interface,
} from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';
import { guardTerminal, suspendProcess } from './guard.js';
import { RowOutput } from './row-output.js';
import { askSecretly, type SecretQuestion } from './secret.js';
import type { Terminal, TerminalListener } from './terminal.js';

const HISTORY_LINES = 500;

export class LineEditor implements Terminal {
  readonly interactive = true;
  readonly #input: ReadStream;
  readonly #output: WriteStream;
  readonly #rows: RowOutput;
  /** A dumb terminal cannot move the cursor: the kernel edits the line, texts are just appended. */
  readonly #dumb = process.env.TERM === 'dumb';
  #listener: TerminalListener | undefined;
  #editor: Interface | undefined;
  #release: () => void = () => undefined;
  #question: SecretQuestion | undefined;
  #history: string[] = [];
  #prompt = '';
  #closed = false;

  constructor(input: ReadStream, output: WriteStream) {
    this.#input = input;
    this.#output = output;
    this.#rows = new RowOutput(output, () => this.#editor);
  }

  listen(listener: TerminalListener): void {
    this.#listener = listener;
    // When the user closes the window, reads and writes fail with EIO.
    this.#input.on('error', () => listener.end());
    this.#output.on('error', (error: Error) => listener.outputLost(error));
    this.#open();
  }

  show(text: string): void {
    if (this.#closed || this.#dumb) {
      this.#output.write(`${this.#prompt === '' ? '' : '\n'}${text}\n${this.#prompt}`);
      return;
    }
    const rows = this.#eraseLine();
    // The editor moves up by this many rows before it redraws the line, so the text must add them.
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
    else this.#eraseLine();
    this.#release();
    this.#editor?.close();
  }

  /** Erases the half-typed line. Returns how many rows of it were above the cursor. */
  #eraseLine(): number {
    refreshSize();
    const rows = this.#editor?.getCursorPos().rows ?? 0;
    moveCursor(this.#output, 0, -rows);
    cursorTo(this.#output, 0);
    clearScreenDown(this.#output);
    return rows;
  }

  #open(): void {
    const editor = createInterface({
      input: this.#input,
      output: this.#dumb ? this.#output : this.#rows,
      terminal: !this.#dumb,
      history: this.#history,
      historySize: HISTORY_LINES,
      removeHistoryDuplicates: true,
      prompt: '',
    });
    this.#editor = editor;
    // readline sets this to false for a pasted text. It then appends the text at the end of the
    // line, wherever the cursor is, and miscounts the rows. This editor completes nothing anyway.
    Object.defineProperty(editor, 'isCompletionEnabled', { get: () => true, set: () => undefined });
    editor.on('history', (history) => (this.#history = history));
    editor.on('line', (line) => this.#take(line));
    editor.on('close', () => this.#editor === editor && this.#end());
    // readline would suspend the process itself, and not reopen its input afterwards.
    editor.on('SIGTSTP', suspendProcess);
    this.#release = guardTerminal({
      restore: () => {
        this.#input.setRawMode(false);
        this.#output.write('\n');
      },
      resume: () => this.#resume(editor),
    });
    editor.on('SIGINT', () => {
      if (editor.line === '') this.#listener?.interrupt();
      else {
        editor.write(null, { ctrl: true, name: 'e' });
        editor.write(null, { ctrl: true, name: 'u' });
      }
    });
  }

  /** Draws the line anew, below what the shell has written. */
  #resume(editor: Interface): void {
    refreshSize();
    if (this.#dumb) return;
    this.#input.setRawMode(true);
    // The editor moves up by this many rows before it draws.
    this.#output.write('\n'.repeat(editor.getCursorPos().rows));
    editor.prompt(true);
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
    this.#release();
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

/**
 * Makes Node read the terminal's size, and emit `resize` if it has changed. SIGWINCH may still be on
 * its way, and a program in the background gets none.
 */
function refreshSize(): void {
  process.emit('SIGWINCH');
}
