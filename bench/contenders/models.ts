/**
 * The contenders of the bench: our own models, and the peers they are compared with.
 *
 * Every server runs in a child process of its own, so that its CPU time and memory are its alone and none is
 * warmed by another's run. Read next: child.ts for how a child is awaited and stopped.
 */
import { fileURLToPath } from 'node:url';
import type { ContenderResult } from '../analysis/experiment.js';
import { WEB_ROOT } from '../lib/page.js';
import { launch } from './child.js';

export { peers } from './peers.js';

export interface RunningServer {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  /** How it ended, such as `SIGSEGV` or `exit code 1`; undefined while it runs. */
  howEnded(): string | undefined;
  /** SIGTERM, after 10 s SIGKILL; resolves when the process has ended. Calling it twice is harmless. */
  stop(): Promise<void>;
}

/** What our own models are told to serve; a peer has a program for each that it has. */
export type ServiceName = 'echo' | 'chat' | 'web' | 'work' | 'quiz';

export interface ServerNeeds {
  /** default: echo */
  readonly service?: ServiceName;
  /** most clients at once */
  readonly clients: number;
  /** of thread-per-client, all started beforehand; default: one for each client */
  readonly threads?: number;
  /** extra command-line arguments for our own models; peers take none */
  readonly args?: readonly string[];
}

export interface Contender {
  readonly name: string;
  readonly kind: ContenderResult['kind'];
  /** Of a variant or a control: the name of the contender that it is but another form of. */
  readonly variantOf?: string;
  readonly services: readonly ServiceName[];
  /** why it cannot run here, e.g. "no C compiler (cc)"; undefined if it can */
  unavailable(service: ServiceName): string | undefined;
  start(needs: ServerNeeds): Promise<RunningServer>;
}

/** From dist/bench/. */
const CLI = fileURLToPath(new URL('../../src/cli.js', import.meta.url));

const MODELS = ['iterative', 'event-loop', 'thread-per-client'];

export function models(): Contender[] {
  return MODELS.map(model);
}

export function modelNamed(name: string): Contender {
  const found = models().find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no model ${name}`);
  return found;
}

/** The same model under another name, with these options in addition. */
export function variant(model: string, name: string, args: readonly string[]): Contender {
  const base = modelNamed(model);
  const start = (needs: ServerNeeds) => base.start({ ...needs, args: [...(needs.args ?? []), ...args] });
  return { ...base, name, kind: 'variant', variantOf: model, start };
}

/** A second process of the same server: what differs between the two is chance. */
export function control(contender: Contender): Contender {
  const { name } = contender;
  return { ...contender, name: `${name} again`, kind: 'control', variantOf: name };
}

function model(name: string): Contender {
  return {
    name,
    kind: 'model',
    services: ['echo', 'chat', 'web', 'work', 'quiz'],
    unavailable: () => undefined,
    start: ({ service = 'echo', clients, threads = clients, args = [] }) =>
      launch({
        name,
        command: process.execPath,
        args: [
          ...[
            CLI,
            'serve',
            service,
            '--model',
            name,
            '--host',
            '127.0.0.1',
            '--port',
            '0',
            '--no-log-connections',
          ],
          ...(service === 'web' ? ['--root', WEB_ROOT] : []),
          ...(name === 'thread-per-client' ? ['--threads', String(threads), '--warm', String(threads)] : []),
          ...args,
        ],
        portIn: portInLog,
        logFile: valueOf('--log-file', args),
      }),
  };
}

function portInLog(line: string): number | undefined {
  const entry = parsed(line);
  if (typeof entry !== 'object' || entry === null) return undefined;
  if (!('msg' in entry && entry.msg === 'listening' && 'port' in entry)) return undefined;
  return typeof entry.port === 'number' ? entry.port : undefined;
}

/** Undefined for what is no JSON: a line of which only the first half has been written yet. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function valueOf(option: string, args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => arg === option || arg.startsWith(`${option}=`));
  const arg = args[at];
  return arg === option ? args[at + 1] : arg?.slice(option.length + 1);
}
