/**
 * The server that is checked: one that runs already, at an address, or one that is started by a
 * command. Main thread of `handoff check`.
 *
 * A command runs in a process group of its own, so that its children end with it. It is started
 * afresh for each check: some servers of the course end after their first client, and what one
 * check breaks must not fail the next. Read listening.ts and run-checks.ts next.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { guardDescendants } from '../base/guard.js';
import { settledWithin } from '../base/settled-within.js';
import { freePort, isListening, type Transport } from './listening.js';
import { Mismatch, NotPossible } from './mismatch.js';
import type { Address } from './stream-client.js';

/** Bound on a start, not counting the time for which the program waits for a core. */
const START_MS = 10_000;
const LONGEST_START_MS = 40_000;
/** Another program may take a port between its choice and the server's bind. */
const MOST_PORTS = 3;
/** In the words of Python, C, Java, Go and Node. */
const PORT_TAKEN = /EADDRINUSE|address already in use/i;
const POLL_MS = 10;
const NS_PER_MS = 1e6;
/** SIGKILL ends a process at once, unless it hangs in the kernel. */
const KILL_MS = 2000;
const NOTICE_MS = 250;
/** What is kept of the server's output, from its end. */
const KEPT_CHARACTERS = 64 * 1024;
const SHOWN_LINES = 3;

export interface ServerUnderTest {
  readonly address: Address;
  /** The process group; undefined for a server that was given by its address. */
  readonly processGroup: number | undefined;
  /** Starts the server afresh, on another port. @throws Mismatch if it does not start */
  startFresh(): Promise<void>;
  /** Kills the server and starts it on the same port. */
  restart(): Promise<void>;
  /** Its standard output since its start. @throws NotPossible for a server that was given by its address */
  output(): string;
  /** How the process ended; undefined while it runs, and for a server given by its address. */
  readonly ended: string | undefined;
  /** How the process ended and the end of its error output; undefined if there is neither. */
  lastWords(): string | undefined;
  stop(): Promise<void>;
}

export class GivenServer implements ServerUnderTest {
  readonly address: Address;
  readonly processGroup = undefined;
  readonly ended = undefined;

  constructor(address: Address) {
    this.address = address;
  }

  /** It has a moment to notice that the clients of the last check have gone. */
  startFresh(): Promise<void> {
    return sleep(NOTICE_MS);
  }

  restart(): Promise<void> {
    return Promise.reject(new NotPossible('the server was given by its address, not as a command'));
  }

  output(): string {
    throw new NotPossible('the server was given by its address, so its output is not seen');
  }

  lastWords(): undefined {
    return undefined;
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

interface StartSettings {
  /** `{port}` in an argument stands for the port. */
  readonly command: readonly string[];
  readonly host: string;
  readonly transport: Transport;
  readonly cwd?: string | undefined;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

export class StartedServer implements ServerUnderTest {
  readonly #settings: StartSettings;
  #port = 0;
  #child: Child | undefined;
  #ended: string | undefined;
  #exited: Promise<unknown> = Promise.resolve();
  #stdout = '';
  #stderr = '';

  constructor(settings: StartSettings) {
    this.#settings = settings;
  }

  get address(): Address {
    return { host: this.#settings.host, port: this.#port };
  }

  get processGroup(): number | undefined {
    return this.#child?.pid;
  }

  async startFresh(): Promise<void> {
    const { host, transport } = this.#settings;
    for (let ports = 1; ; ports++) {
      await this.stop();
      this.#port = await freePort(host, transport);
      try {
        await this.#start();
        return;
      } catch (error) {
        if (ports === MOST_PORTS || !PORT_TAKEN.test(this.#stderr)) throw error;
      }
    }
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.#start();
  }

  output(): string {
    return this.#stdout;
  }

  get ended(): string | undefined {
    return this.#ended;
  }

  lastWords(): string | undefined {
    const errors = this.#stderr.trim().split('\n').slice(-SHOWN_LINES).join('\n');
    if (errors === '') return this.#ended;
    return `${this.#ended ?? 'the server wrote to its standard error'}:\n${errors}`;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // The whole group has ended.
    }
    await settledWithin(this.#exited, KILL_MS);
  }

  async #start(): Promise<void> {
    guardDescendants();
    this.#ended = undefined;
    this.#stdout = '';
    this.#stderr = '';
    const [program = '', ...args] = this.#settings.command.map((word) =>
      word.replaceAll('{port}', String(this.#port)),
    );
    const child = spawn(program, args, {
      detached: true,
      cwd: this.#settings.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Python holds back what it prints to a pipe.
      env: { ...process.env, PYTHONUNBUFFERED: '1' },
    });
    this.#child = child;
    child.stdout.on('data', (text: Buffer) => {
      this.#stdout = (this.#stdout + text.toString()).slice(-KEPT_CHARACTERS);
    });
    child.stderr.on('data', (text: Buffer) => {
      this.#stderr = (this.#stderr + text.toString()).slice(-KEPT_CHARACTERS);
    });
    child.once('error', ({ message }) => {
      this.#ended ??= `the server could not be started (${message})`;
    });
    child.once('exit', (status, signal) => {
      if (this.#child === child)
        this.#ended ??=
          signal === null
            ? `the server ended with status ${status ?? 'unknown'}`
            : `the server was ended by ${signal}`;
    });
    this.#exited = once(child, 'close').catch(() => undefined);
    await this.#listens();
  }

  /** How long its first process was ready to run, but other programs had the cores. Linux only. */
  get #coreWaitMs(): number {
    try {
      const [, waitNs] = readFileSync(`/proc/${this.#child?.pid}/schedstat`, 'latin1').split(' ');
      return Number(waitNs) / NS_PER_MS;
    } catch {
      return 0;
    }
  }

  async #listens(): Promise<void> {
    const { host, transport } = this.#settings;
    const startMs = performance.now();
    while (!(await isListening(host, this.#port, transport))) {
      if (this.#ended !== undefined) {
        await settledWithin(this.#exited, KILL_MS);
        throw new Mismatch(`the server does not listen on port ${this.#port}`);
      }
      const passedMs = performance.now() - startMs;
      if (passedMs > START_MS + Math.min(this.#coreWaitMs, LONGEST_START_MS - START_MS))
        throw new Mismatch(
          `the server does not listen on port ${this.#port} after ${Math.round(passedMs)} ms`,
        );
      await sleep(POLL_MS);
    }
  }
}
