/** A server of the demonstration: `handoff serve …` in a process of its own, its standard output read as the log. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { StartError } from '../base/errors.js';

const CLI = fileURLToPath(new URL('../cli.js', import.meta.url));

export class DemoServer {
  /** The lines of its log so far. */
  readonly log: string[] = [];
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #lines: Interface;
  readonly #exited: Promise<unknown>;
  #stderr = '';

  private constructor(args: readonly string[]) {
    // What the environment says of servers is for other ones.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('HANDOFF_')),
    );
    this.#child = spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#exited = once(this.#child, 'close');
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
  }

  /**
   * Starts it and waits until it listens.
   * @param args of `handoff`
   * @throws StartError with what the server complains of
   */
  static async start(args: readonly string[]): Promise<{ server: DemoServer; port: number }> {
    const server = new DemoServer(args);
    const port = await server.#listening();
    if (port !== undefined) return { server, port };
    await server.#exited;
    const complaint = server.#stderr.trim().replace(/^handoff: /, '');
    throw new StartError(complaint || 'the server of the demonstration ended before it listened');
  }

  /**
   * Waits until it has logged the ends of so many clients, or has ended itself. A client thread ends its output before
   * main hears of it: of a server stopped in between, the last client is logged as stopped.
   */
  async waitForClosed(clients: number): Promise<void> {
    const exited = this.#exited.then(() => 'exited');
    while (this.log.filter(isClosing).length < clients) {
      if ((await Promise.race([once(this.#lines, 'line'), exited])) === 'exited') return;
    }
  }

  /** Stops it in order and waits until it has ended: its log is then complete. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#exited;
  }

  /** @returns undefined if the log ends before that */
  #listening(): Promise<number | undefined> {
    return new Promise((resolve) => {
      this.#lines.on('line', (line) => {
        this.log.push(line);
        const { msg, port } = JSON.parse(line) as { msg?: string; port?: number };
        if (msg === 'listening') resolve(port);
      });
      this.#lines.on('close', () => resolve(undefined));
    });
  }
}

function isClosing(line: string): boolean {
  return (JSON.parse(line) as { msg?: string }).msg === 'closed';
}
