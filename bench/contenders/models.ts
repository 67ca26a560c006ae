/**
 * The bench's contenders that are our own: one per concurrency model, and variants of them.
 *
 * Runs in the runner. Every server is a child process of its own: its CPU time and memory are its
 * own, and no earlier run has warmed its code. Read next: server-process.ts.
 */
import { fileURLToPath } from 'node:url';
import { HAND_OFF_WAYS, threadsAccept } from '../../src/serving/hand-off.js';
import { WEB_ROOT } from '../lib/page.js';
import type { Contender, ServerNeeds } from './contender.js';
import { launch } from './server-process.js';

/** The program, relative to dist/bench/contenders/. */
const CLI = fileURLToPath(new URL('../../src/cli.js', import.meta.url));

const MODELS = ['iterative', 'event-loop', 'thread-per-client', 'worker-event-loops'];
/** Under the others no client waits for another. */
const QUEUEING = ['iterative', 'thread-per-client'];

const WORKERS: Readonly<Record<string, Contender['workers']>> = {
  'thread-per-client': 'threads',
  'worker-event-loops': 'cores',
};

export function models(): Contender[] {
  return MODELS.map(model);
}

/** @throws Error if no model has this name */
export function modelNamed(name: string): Contender {
  const found = models().find((contender) => contender.name === name);
  if (found === undefined) throw new Error(`there is no model ${name}`);
  return found;
}

/**
 * The model under another name and with more command-line options.
 * @throws Error as {@link modelNamed}
 */
export function variant(modelName: string, name: string, args: readonly string[]): Contender {
  const base = modelNamed(modelName);
  const start = (needs: ServerNeeds) =>
    base.start({ ...needs, args: [...(needs.args ?? []), ...args] });
  return { ...base, name, kind: 'variant', variantOf: modelName, start };
}

/** A second process of the same server. Any difference between the two is chance. */
export function control(contender: Contender): Contender {
  const { name } = contender;
  return { ...contender, name: `${name} again`, kind: 'control', variantOf: name };
}

function model(name: string): Contender {
  const workers = WORKERS[name];
  return {
    name,
    kind: 'model',
    services: ['echo', 'capitalize', 'chat', 'web', 'work', 'quiz', 'own'],
    ...(workers !== undefined && { workers }),
    unavailable: () => undefined,
    start: ({
      service = 'echo',
      module = service,
      clients,
      threads = clients,
      queue,
      transport,
      args = [],
      through = [],
    }) => {
      const [command, ...before] = [...through, process.execPath];
      const way = HAND_OFF_WAYS.find((one) => one === optionValue('--handoff', args));
      const startsAll = transport !== undefined || threadsAccept(way);
      return launch({
        name,
        command,
        args: [
          ...[...before, CLI, 'serve', module, '--model', name],
          ...['--host', '127.0.0.1', '--port', '0'],
          ...(args.includes('--log-connections') ? [] : ['--no-log-connections']),
          ...(service === 'web' ? ['--root', WEB_ROOT] : []),
          ...(name === 'thread-per-client'
            ? ['--threads', String(threads), ...(startsAll ? [] : ['--warm', String(threads)])]
            : []),
          ...(queue !== undefined && QUEUEING.includes(name) ? ['--queue', String(queue)] : []),
          ...(transport ? ['--transport', transport] : []),
          ...args,
        ],
        portIn: portInLogLine,
        logFile: optionValue('--log-file', args),
      });
    },
  };
}

/** The port in the log line `listening`; undefined for any other line. */
function portInLogLine(line: string): number | undefined {
  const entry = parseJson(line);
  if (typeof entry !== 'object' || entry === null) return undefined;
  if (!('msg' in entry && entry.msg === 'listening' && 'port' in entry)) return undefined;
  return typeof entry.port === 'number' ? entry.port : undefined;
}

/**
 * Returns undefined for text that is not JSON, such as a line that is not completely written yet.
 */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function optionValue(option: string, args: readonly string[]): string | undefined {
  const index = args.findIndex((arg) => arg === option || arg.startsWith(`${option}=`));
  const arg = args[index];
  return arg === option ? args[index + 1] : arg?.slice(option.length + 1);
}
