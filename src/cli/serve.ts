/**
 * `handoff serve`: starts a server and runs it until a signal stops it. Main thread of the server's
 * process. Its options are in serve-options.ts. Read ../server/server.ts next.
 */
import { setFlagsFromString } from 'node:v8';
import type { SingleBar } from 'cli-progress';
import { writeOut } from '../base/output.js';
import { printable } from '../base/printable.js';
import { prepareOutput } from '../log/stdout-pipe.js';
import { threadsAccept } from '../serving/hand-off.js';
import type { ServerSettings } from '../serving/host.js';
import { runUntilSignal } from '../server/shutdown.js';
import type { Command } from './command.js';
import { howToConnect } from './how-to-connect.js';
import { serveBuilder, type ServeArguments } from './serve-options.js';
import { settingsFrom } from './serve-settings.js';

export const serveCommand: Command<ServeArguments> = {
  builder: serveBuilder,
  example: 'serve echo',
  async handler(args) {
    const settings = settingsFrom(args);
    if (settings.log.file === undefined) await prepareOutput(args['log-full']);
    if (settings.model === 'thread-per-client' && settings.threads.most > MANY_THREADS) exposeGc();
    const { warm, most, handOff } = settings.threads;
    const bar = await warmUpBar(threadsAccept(handOff) ? most : warm);
    const onWarm = (started: number) => bar?.update(started);
    const { address, adminPath, graceMs, log } = settings;
    const listening = 'path' in address ? address.path : undefined;
    const loading = loadServer(args.transport).then(
      (server) => () =>
        server
          .start({ ...settings, threads: { ...settings.threads, onWarm } })
          .finally(() => bar?.stop())
          .then(async (running) => {
            await suggest(args, settings, running.port);
            return running;
          }),
    );
    const socketPaths = [listening, adminPath].filter((path) => path !== undefined);
    await runUntilSignal(loading, { graceMs, log, socketPaths });
  },
};

/**
 * Number of client threads above which their memory matters more than their start time. With any
 * non-default flag, V8 ignores Node's code cache, most of which a client thread never runs. With
 * 100 threads, each then needs 8.5 MB instead of 9.1 MB, and 6 ms more processor time to start.
 * --expose-gc also lets a thread collect the garbage of its start, which leaves 8.4 MB.
 */
const MANY_THREADS = 128;

/**
 * Sets a V8 flag for the whole process. Only the command may do this, because the process is its
 * own; it must do so before the first thread starts.
 */
function exposeGc(): void {
  setFlagsFromString('--expose-gc');
}

/** The levels of the log at which a terminal shows that the server listens. */
const TALKATIVE: readonly string[] = ['info', 'debug'];

async function loadServer(transport: ServeArguments['transport']) {
  if (transport === 'udp') return (await import('../datagrams/server.js')).DatagramServer;
  return (await import('../server/server.js')).Server;
}

/** On a terminal that shows the log, says how to reach the server. */
async function suggest(
  { transport, 'log-level': level }: ServeArguments,
  settings: ServerSettings,
  port: number,
): Promise<void> {
  if (!process.stdout.isTTY || !TALKATIVE.includes(level)) return;
  await writeOut(printable(howToConnect({ ...settings, transport, port })));
}

/** Number of warm threads from which a terminal shows a bar. About 50 threads start in a second. */
const THREADS_FOR_A_BAR = 16;

async function warmUpBar(warm: number): Promise<SingleBar | undefined> {
  if (warm < THREADS_FOR_A_BAR || !process.stderr.isTTY) return undefined;
  const { SingleBar } = await import('cli-progress');
  const bar = new SingleBar({
    format: 'starting threads {bar} {value}/{total}',
    stream: process.stderr,
    linewrap: true,
  });
  bar.start(warm, 0);
  return bar;
}
