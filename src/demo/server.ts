/**
 * A server of the demonstration: `handoff serve …` in its own process, with its standard output as
 * the log. Main thread of `handoff demo`.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { StartError } from '../base/errors.js';

const CLI = fileURLToPath(new URL('../cli.js', import.meta.url));

export class DemoServer {
  /** The lines logged so far. */
  readonly log: string[] = [];
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #lines: Interface;
  readonly #exited: Promise<unknown>;
  #stderr = '';

  private constructor(args: readonly string[]) {
    // The environment's options are meant for other servers.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('HANDOFF_')),
    );
    this.#child = spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#exited = once(this.#child, 'close');
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
  }

  /**
   * Starts a server and waits until it listens.
   * @param args arguments of `handoff`
   * @throws StartError with the server's own error message
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
   * Waits until the log has this many `closed` lines, or until the server ends. A client receives
   * its last byte before main closes the connection. If main were stopped in between, it would log
   * that client's reason as `stopped`.
   */
  async waitForClosed(clients: number): Promise<void> {
    const exited = this.#exited.then(() => 'exited');
    while (this.log.filter(isClosedLine).length < clients) {
      if ((await Promise.race([once(this.#lines, 'line'), exited])) === 'exited') return;
    }
  }

  /** Stops the server and waits for its exit. The log is then complete. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#exited;
  }

  /** Returns the port; undefined if the server ends before it listens. */
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

function isClosedLine(line: string): boolean {
  return (JSON.parse(line) as { msg?: string }).msg === 'closed';
}
