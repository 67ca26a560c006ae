/** A server of the demonstration: `handoff serve …` in a process of its own, its standard output read as the log. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { StartError } from '../errors.js';

const CLI = fileURLToPath(new URL('../cli.js', import.meta.url));

export class DemoServer {
  /** The lines of its log so far. */
  readonly log: string[] = [];
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #exited: Promise<unknown>;
  #stderr = '';

  private constructor(args: readonly string[]) {
    // What the environment says of servers is for other ones.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('HANDOFF_')),
    );
    this.#child = spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
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
    throw new StartError(server.#stderr.trim() || 'the server of the demonstration ended before it listened');
  }

  /** Stops it in order and waits until it has ended: its log is then complete. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#exited;
  }

  /** @returns undefined if the log ends before that */
  #listening(): Promise<number | undefined> {
    return new Promise((resolve) => {
      const lines = createInterface({ input: this.#child.stdout });
      lines.on('line', (line) => {
        this.log.push(line);
        const { msg, port } = JSON.parse(line) as { msg?: string; port?: number };
        if (msg === 'listening') resolve(port);
      });
      lines.on('close', () => resolve(undefined));
    });
  }
}
