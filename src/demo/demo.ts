/**
 * The demonstration: four clients talk to `count` at the same time, under one model after the
 * other.
 *
 * It prints the lines that the clients receive as they arrive, one column for each client. After
 * each model it prints a sentence that is computed from the server's log. `handoff demo` draws the
 * three logs as one picture. Read clients.ts, server.ts and ../timeline/ next.
 */
import { join } from 'node:path';
import { models, MODEL_NAMES } from '../models/registry.js';
import type { ModelName } from '../serving/host.js';
import { monotonicMs } from '../base/clock.js';
import { timelineOf } from '../timeline/connections.js';
import type { Section } from '../timeline/placing.js';
import { pickRun, readLines } from '../timeline/read-log.js';
import { summarize } from '../timeline/summary.js';
import { runClients, CLIENT_NAMES } from './clients.js';
import { DemoServer } from './server.js';

interface DemoSettings {
  /** Upper bound in milliseconds of the service's random pauses. */
  readonly maxPauseMs: number;
  /** Whether the output may contain escape sequences for colour and bold text. */
  readonly colours: boolean;
  /** Prints text and a newline; it resolves when the text is written. */
  readonly print: (line: string) => Promise<void>;
  /** The platform of the servers. Models that are unavailable on it are left out. */
  readonly platform: NodeJS.Platform;
}

interface DemonstratedModel {
  /** The model's part of the picture. */
  readonly section: Section;
  /** The lines of the server's log, without their newlines. */
  readonly log: readonly string[];
}

/**
 * Demonstrates one model after the other. For an unavailable model it prints one line with the
 * reason.
 * @returns the models that were shown, in this order
 * @throws StartError when a server does not start or a client does not get all its lines
 */
export async function demonstrate(settings: DemoSettings): Promise<DemonstratedModel[]> {
  const all: DemonstratedModel[] = [];
  for (const model of MODEL_NAMES) {
    const reason = models[model].unavailable?.(settings.platform);
    if (reason === undefined) all.push(await demonstrateModel(model, settings));
    else await settings.print(`${bold(model, settings.colours)}: left out, because ${reason}\n`);
  }
  return all;
}

async function demonstrateModel(
  model: ModelName,
  settings: DemoSettings,
): Promise<DemonstratedModel> {
  const { maxPauseMs, colours, print } = settings;
  const serveArgs = [
    'serve',
    'count',
    '--model',
    model,
    ...(model === 'thread-per-client' ? ['--warm', '4'] : []),
  ];
  await print(`${bold(model, colours)}: ${models[model].summary}`);
  await print(`$ handoff ${serveArgs.join(' ')} --max-pause ${maxPauseMs} --log-level debug\n`);
  const { server, port } = await DemoServer.start([
    ...serveArgs,
    ...['--port', '0', '--max-pause', String(maxPauseMs), '--log-level', 'debug'],
  ]);
  const pendingPrints: Promise<void>[] = [];
  try {
    const startMs = monotonicMs();
    await runClients(port, (client, line) => {
      pendingPrints.push(print(formatReceivedLine(monotonicMs() - startMs, client, line, colours)));
    });
    await server.waitForClosed(CLIENT_NAMES.length);
  } finally {
    await server.stop();
  }
  await Promise.all(pendingPrints);
  const timeline = timelineOf(pickRun(await readLines(server.log), undefined));
  const names = new Map(CLIENT_NAMES.map((name, client) => [client + 1, `client ${name}`]));
  const sentence = summarize(timeline, names);
  await print(`\n${bold(sentence, colours)}\n`);
  return {
    section: { title: `${model}: ${models[model].summary}`, sentence, timeline, names },
    log: server.log,
  };
}

/** Width in characters of a client's column. */
const COLUMN_WIDTH = 8;
/** Yellow, cyan, green and magenta: the terminal colours nearest to the clients' in the picture. */
const TERMINAL_COLOUR_CODES = [33, 36, 32, 35];

function formatReceivedLine(
  sinceMs: number,
  client: number,
  line: string,
  colours: boolean,
): string {
  const time = `${(sinceMs / 1000).toFixed(2)} s`.padStart(8);
  const column = ' '.repeat(4 + client * COLUMN_WIDTH);
  return `${time}${column}${colours ? escape(TERMINAL_COLOUR_CODES[client] ?? 0, line) : line}`;
}

function bold(text: string, colours: boolean): string {
  return colours ? escape(1, text) : text;
}

function escape(code: number, text: string): string {
  return `\u001b[${code}m${text}\u001b[0m`;
}

/** Returns the path of the file for a model's log. */
export function logFileOf(folder: string, { section }: DemonstratedModel): string {
  return join(folder, `${section.timeline.model}.log`);
}
