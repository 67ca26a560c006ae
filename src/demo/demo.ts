/**
 * The demonstration: in each act, four clients talk to a service at the same time, under one model
 * after the other.
 *
 * It prints the lines that the clients receive as they arrive, one column for each client. After
 * each model and each act it prints a sentence that is computed from the servers' logs. `handoff
 * demo` draws the logs as one picture. Read acts.ts, clients.ts, server.ts and ../timeline/ next.
 */
import { join } from 'node:path';
import { models, MODEL_NAMES } from '../models/registry.js';
import type { ModelName } from '../serving/host.js';
import { monotonicMs } from '../base/clock.js';
import { timelineOf } from '../timeline/connections.js';
import type { Section } from '../timeline/placing.js';
import { pickRun, readLines } from '../timeline/read-log.js';
import { summarize } from '../timeline/summary.js';
import { actsOf, type Act, type ActSettings } from './acts.js';
import { runClients, CLIENT_NAMES } from './clients.js';
import { DemoServer } from './server.js';

interface DemoSettings extends ActSettings {
  /** Whether the output may contain escape sequences for colour and bold text. */
  readonly colours: boolean;
  /** Prints text and a newline; it resolves when the text is written. */
  readonly print: (line: string) => Promise<void>;
  /** The platform of the servers. Models that are unavailable on it are left out. */
  readonly platform: NodeJS.Platform;
}

interface DemonstratedAct {
  readonly title: string;
  readonly sentence: string;
  readonly models: readonly DemonstratedModel[];
}

interface DemonstratedModel {
  /** The model's part of the picture. */
  readonly section: Section;
  /** The lines of the server's log, without their newlines. */
  readonly log: readonly string[];
}

/**
 * Demonstrates the acts, each under one model after the other. For an unavailable model it prints
 * one line with the reason.
 * @returns the acts and the models that were shown, in this order
 * @throws StartError when a server does not start or a client does not get all its lines
 */
export async function demonstrate(settings: DemoSettings): Promise<DemonstratedAct[]> {
  const { platform, colours, print } = settings;
  const available: ModelName[] = [];
  for (const model of MODEL_NAMES) {
    const reason = models[model].unavailable?.(platform);
    if (reason === undefined) available.push(model);
    else await print(`${bold(model, colours)}: left out, because ${reason}\n`);
  }
  const shown: DemonstratedAct[] = [];
  for (const act of actsOf(settings)) {
    await print(`${bold(act.title, colours)}\n`);
    const all: DemonstratedModel[] = [];
    for (const model of available) all.push(await demonstrateModel(act, model, settings));
    const sentence = act.sentence(all.map(({ section }) => section));
    await print(`${bold(`${act.title}. ${sentence}`, colours)}\n`);
    shown.push({ title: act.title, sentence, models: all });
  }
  return shown;
}

/** Returns the sections of all acts, with a heading above the first of each. */
export function sectionsOf(acts: readonly DemonstratedAct[]): Section[] {
  return acts.flatMap(({ title, sentence, models: all }) =>
    all.map(({ section }, index) =>
      index === 0 ? { ...section, heading: { title, sentence } } : section,
    ),
  );
}

/** Threads that are up before the clients come; of the workers, fewer than there are clients. */
const THREAD_ARGS: Partial<Record<ModelName, readonly string[]>> = {
  'thread-per-client': ['--warm', '4'],
  'worker-event-loops': ['--workers', '2'],
};

async function demonstrateModel(
  act: Act,
  model: ModelName,
  settings: DemoSettings,
): Promise<DemonstratedModel> {
  const { colours, print } = settings;
  const serveArgs = [
    'serve',
    act.service,
    ...['--model', model],
    ...(THREAD_ARGS[model] ?? []),
    ...act.serveArgs,
    ...['--log-level', 'debug'],
  ];
  await print(`${bold(model, colours)}: ${models[model].summary}`);
  await print(`$ handoff ${serveArgs.join(' ')}\n`);
  const { server, port } = await DemoServer.start([...serveArgs, '--port', '0']);
  const pendingPrints: Promise<void>[] = [];
  try {
    const startMs = monotonicMs();
    await runClients(port, act.scripts, (client, line) => {
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
const COLUMN_WIDTH = 12;
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
  const { service, model } = section.timeline;
  return join(folder, `${service}-${model}.log`);
}
