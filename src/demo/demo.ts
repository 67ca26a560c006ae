/**
 * The demonstration: four clients talk to `count` at the same time, under one model after the other.
 * It prints each line as a client receives it, one column per client, and a sentence computed from
 * the server's log. The logs become one picture. Main thread of `handoff demo`. Read clients.ts and
 * ../timeline/ next.
 */
import { join } from 'node:path';
import { models, MODEL_NAMES } from '../models/registry.js';
import type { ModelName } from '../serving/host.js';
import { monotonicMs } from '../base/clock.js';
import { timelineOf } from '../timeline/connections.js';
import type { Section } from '../timeline/placing.js';
import { pickRun, readLines } from '../timeline/read-log.js';
import { summarize } from '../timeline/summary.js';
import { runClients, NAMES } from './clients.js';
import { DemoServer } from './server.js';

interface DemoSettings {
  /** Upper bound of the service's random pauses. */
  readonly maxPauseMs: number;
  readonly colours: boolean;
  readonly print: (line: string) => Promise<void>;
  /** The servers' platform. Models that are unavailable on it are left out. */
  readonly platform: NodeJS.Platform;
}

interface Demonstration {
  readonly section: Section;
  /** The server's log, by line. */
  readonly log: readonly string[];
}

/**
 * Demonstrates one model after the other. A model that is unavailable is replaced by one line that says why.
 * @throws StartError if a server does not start, or a client is not served
 */
export async function demonstrate(settings: DemoSettings): Promise<Demonstration[]> {
  const all: Demonstration[] = [];
  for (const model of MODEL_NAMES) {
    const reason = models[model].unavailable?.(settings.platform);
    if (reason === undefined) all.push(await demonstrateModel(model, settings));
    else await settings.print(`${bold(model, settings.colours)}: left out, since ${reason}\n`);
  }
  return all;
}

async function demonstrateModel(model: ModelName, settings: DemoSettings): Promise<Demonstration> {
  const { maxPauseMs, colours, print } = settings;
  const shown = [
    'serve',
    'count',
    '--model',
    model,
    ...(model === 'thread-per-client' ? ['--warm', '4'] : []),
  ];
  await print(`${bold(model, colours)}: ${models[model].summary}`);
  await print(`$ handoff ${shown.join(' ')} --max-pause ${maxPauseMs} --log-level debug\n`);
  const { server, port } = await DemoServer.start([
    ...shown,
    ...['--port', '0', '--max-pause', String(maxPauseMs), '--log-level', 'debug'],
  ]);
  const printed: Promise<void>[] = [];
  try {
    const beganAtMs = monotonicMs();
    await runClients(port, (client, line) => {
      printed.push(print(lineOf(monotonicMs() - beganAtMs, client, line, colours)));
    });
    await server.waitForClosed(NAMES.length);
  } finally {
    await server.stop();
  }
  await Promise.all(printed);
  const timeline = timelineOf(pickRun(await readLines(server.log), undefined));
  const sentence = summarize(timeline);
  await print(`\n${bold(sentence, colours)}\n`);
  const names = new Map(NAMES.map((name, client) => [client + 1, `client ${name}`]));
  return {
    section: { title: `${model}: ${models[model].summary}`, sentence, timeline, names },
    log: server.log,
  };
}

const COLUMN = 8;
/** The terminal's yellow, cyan, green and magenta, nearest to the clients' colours in the picture. */
const TERMINAL_COLOURS = [33, 36, 32, 35];

function lineOf(sinceMs: number, client: number, line: string, colours: boolean): string {
  const time = `${(sinceMs / 1000).toFixed(2)} s`.padStart(8);
  const column = ' '.repeat(4 + client * COLUMN);
  return `${time}${column}${colours ? styled(TERMINAL_COLOURS[client] ?? 0, line) : line}`;
}

function bold(text: string, colours: boolean): string {
  return colours ? styled(1, text) : text;
}

function styled(code: number, text: string): string {
  return `\u001b[${code}m${text}\u001b[0m`;
}

/** Returns the path of a model's log file. */
export function logFileOf(folder: string, { section }: Demonstration): string {
  return join(folder, `${section.timeline.model}.log`);
}
