/**
 * The course documents' clients as separate processes: Python programs in clients/, typed from the
 * documents unchanged except for the port, which the documents fix and tests cannot.
 */
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ModelName } from '../../src/serving/host.js';
import { findService } from '../../src/services/catalogue.js';
import { PATIENCE_MS } from '../support/eventually.js';
import { underEveryModel } from '../support/models.js';
import { sharedServer, type Cleanup, type RunningServer } from '../support/server.js';

/** The path from dist/test/course/. */
const CLIENTS = fileURLToPath(new URL('../../../test/course/clients/', import.meta.url));

/**
 * The interpreter's own path: the shim of a version manager takes longer to start than the clients.
 */
const python = spawnSync('python3', ['-c', 'import sys; print(sys.executable)']);

/**
 * Defines the tests of a document's clients with this service, once for each model; or skips them
 * with a reason.
 */
export function withDocument(
  document: string,
  settings: Omit<Parameters<typeof sharedServer>[0] & object, 'model'> & {
    readonly service: string;
  },
  define: (server: RunningServer, model: ModelName) => void,
): void {
  underEveryModel(`document ${document}: the clients of ${settings.service}`, (model) => {
    const missing = whatIsMissing(settings.service);
    if (missing === undefined) define(sharedServer({ ...settings, model }), model);
    else it('are served', { skip: missing });
  });
}

function whatIsMissing(service: string): string | undefined {
  if (python.status !== 0) return 'there is no python3';
  return findService(service) === undefined ? `there is no service ${service}` : undefined;
}

/** Runs a client to its end, which must be successful. @returns its output */
export async function runClient(
  t: Cleanup,
  file: string,
  args: readonly (string | number)[],
): Promise<string> {
  return new PythonClient(t, file, args).end();
}

/** A client with a test that types to it. */
export class PythonClient {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #exit: Promise<unknown[]>;
  #printed = '';
  #complaints = '';
  #onPrint: () => void = () => undefined;

  constructor(t: Cleanup, file: string, args: readonly (string | number)[]) {
    const env = { ...process.env, PYTHONUTF8: '1', PYTHONDONTWRITEBYTECODE: '1', no_proxy: '*' };
    this.#child = spawn(String(python.stdout).trim(), [CLIENTS + file, ...args.map(String)], {
      env,
    });
    t.after(() => void this.#child.kill('SIGKILL'));
    this.#exit = once(this.#child, 'close');
    this.#child.stdin.on('error', () => undefined);
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#complaints += text));
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#printed += text;
      this.#onPrint();
    });
  }

  type(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Waits until the output so far matches. */
  async prints(pattern: RegExp): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const failed = () => reject(new Error(`no ${String(pattern)} in ${this.#said()}`));
      const deadline = setTimeout(failed, PATIENCE_MS);
      this.#onPrint = () => {
        if (!pattern.test(this.#printed)) return;
        clearTimeout(deadline);
        resolve();
      };
      this.#onPrint();
    });
  }

  /**
   * Types nothing more and waits for the end, which must be successful. @returns the whole output
   */
  async end(): Promise<string> {
    this.#child.stdin.end();
    const [status] = await this.#exit;
    if (status !== 0 || this.#complaints !== '')
      throw new Error(`exit status ${String(status)}: ${this.#said()}`);
    return this.#printed;
  }

  #said(): string {
    return JSON.stringify(this.#printed + this.#complaints);
  }
}
