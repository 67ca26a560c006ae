/**
 * A server of the demonstration: `handoff serve …` in a process of its own.
 *
 * The demonstration reads the server's log from its standard output. The server ends with the
 * demonstration, see ../base/guard.ts. Read ../cli/serve.ts next.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { StartError } from '../base/errors.js';
import { guardDescendants } from '../base/guard.js';

const CLI = fileURLToPath(new URL('../cli.js', import.meta.url));

export class DemoServer {
  /** The lines that the server has logged so far. */
  readonly log: string[] = [];
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #lines: Interface;
  readonly #exited: Promise<unknown>;
  #stderr = '';

  private constructor(args: readonly string[]) {
    guardDescendants();
    // The user's HANDOFF_* variables configure other servers; they must not change the
    // demonstration.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('HANDOFF_')),
    );
    this.#child = spawn(process.execPath, [CLI, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#exited = once(this.#child, 'close');
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
  }

  /**
   * Starts a server and waits until it listens.
   * @param args the arguments of `handoff`
   * @throws StartError with the server's error message when the server exits before it listens
   */
  static async start(args: readonly string[]): Promise<{ server: DemoServer; port: number }> {
    const server = new DemoServer(args);
    const port = await server.#listening();
    if (port !== undefined) return { server, port };
    await server.#exited;
    const message = server.#stderr.trim().replace(/^handoff: /, '');
    throw new StartError(message || 'the server of the demonstration exited before it listened');
  }

  /**
   * Waits until the server has logged `closed` for this number of clients, or has exited.
   *
   * A client thread ends its output before the main thread is notified. If the server stopped in
   * between, the log would give `stopped` as the reason of the last client.
   */
  async waitForClosed(clients: number): Promise<void> {
    const exited = this.#exited.then(() => 'exited');
    while (this.log.filter(isClosing).length < clients) {
      if ((await Promise.race([once(this.#lines, 'line'), exited])) === 'exited') return;
    }
  }

  /** Sends SIGTERM and waits until the server has exited; its log is then complete. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#exited;
  }

  /** @returns the port, or undefined when the log ends before the server listens */
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
