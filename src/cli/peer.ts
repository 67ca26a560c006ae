/**
 * `handoff peer`: a server and a client at once. It serves a folder by the web service and fetches one file from every
 * peer, see clients/http/peer.ts.
 *
 * Having everything oneself is no reason to go: another peer, started a moment later or waiting between two tries, still
 * wants to fetch. It asks at least every MOST_WAIT_MS, so serving goes on for longer than that (`--linger`).
 */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Argv } from 'yargs';
import { fileError } from '../base/part-file.js';
import { fetchFromAll, wantedFrom } from '../clients/http/peer.js';
import { formatEndpoint } from '../connection/endpoint.js';
import { StartError, UsageError } from '../base/errors.js';
import { Server } from '../server/server.js';
import { findService } from '../services/catalogue.js';
import type { ArgumentsOf, Command } from './command.js';
import { runClient, timeoutOption } from './job.js';
import { text, wholeNumber, withSettings } from './options.js';

/** The pauses of a peer grow up to this, unless the first is longer. */
const MAX_WAIT_MS = 2000;
const DEFAULT_PORT = 8080;

const options = {
  root: { ...text('root'), default: '.', describe: 'folder to serve' },
  file: { ...text('file'), default: 'myData.txt', describe: 'what to fetch from every peer' },
  into: { ...text('into'), default: 'peers', describe: 'folder for what was fetched' },
  host: { ...text('host'), default: '127.0.0.1', describe: 'address to serve on' },
  port: { ...wholeNumber('port', 0, 65_535), default: `${DEFAULT_PORT}`, describe: '0: any free one' },
  tries: {
    ...wholeNumber('tries', 1, 100_000),
    default: '60',
    describe: 'how often a peer is asked at most',
  },
  wait: {
    ...wholeNumber('wait', 1, 600_000),
    default: '250',
    describe: `ms between the first two tries; it grows up to ${MAX_WAIT_MS}`,
  },
  timeout: timeoutOption,
  'max-bytes': {
    ...wholeNumber('max-bytes', 1, Number.MAX_SAFE_INTEGER),
    default: '16777216',
    describe: 'longest file that is taken',
  },
  linger: {
    ...wholeNumber('linger', 0, 86_400_000),
    default: '5000',
    describe: 'ms to go on serving when all is done, for peers that are not',
  },
  stay: { type: 'boolean', default: false, describe: 'go on serving until Ctrl-C' },
  'log-file': { ...text('log-file'), describe: "append the server's log to a file (default: none)" },
} as const;

function builder(command: Argv) {
  return (
    withSettings(command, Object.keys(options))
      // Otherwise only the last of several peers would be left.
      .parserConfiguration({ 'duplicate-arguments-array': true })
      .positional('peer', {
        type: 'string',
        array: true,
        describe: `host:port (default port: ${DEFAULT_PORT})`,
      })
      .options(options)
      .example('$0 peer --root mine --into class 192.0.2.7:8080 192.0.2.8:8080', 'myData.txt of two others')
  );
}

type Arguments = ArgumentsOf<typeof builder>;

export const peerCommand: Command<Arguments> = {
  builder,
  async handler(args) {
    const wanted = wantedFrom(args.peer ?? [], DEFAULT_PORT, args.file, args.into);
    if (wanted.length === 0) throw new UsageError('a peer is expected, as host:port');
    prepareFolders(args);
    await runClient(async (nextSignal) => {
      const server = await startServing(args);
      console.error(`serving ${args.root} at http://${formatEndpoint(args.host, server.port)}/`);
      const arrived = await fetchFromAll(wanted, {
        tries: args.tries,
        waitMs: args.wait,
        maxWaitMs: Math.max(args.wait, MAX_WAIT_MS),
        timeoutMs: args.timeout,
        maxBytes: args['max-bytes'],
        onArrival: (line) => console.log(line),
        report: (line) => console.error(line),
      });
      console.error(
        `${arrived} of ${wanted.length} ${wanted.length === 1 ? 'file has' : 'files have'} arrived`,
      );
      if (arrived < wanted.length) process.exitCode = 1;
      const stopped = nextSignal();
      await (args.stay ? stopped : Promise.race([stopped, sleep(args.linger, undefined, { ref: false })]));
      await server.stop('done');
    });
  },
};

function prepareFolders({ root, into, file }: Arguments): void {
  if (!isFolder(root)) {
    throw new StartError(`cannot serve ${root}: there is no such directory`);
  }
  if (!existsSync(join(root, file))) console.error(`${join(root, file)} is not there: no peer will find it`);
  try {
    makeFolder(resolve(into));
  } catch (error) {
    throw fileError('write', into, error);
  }
}

/** Node's own recursive mkdir tries for ever where nothing can be made, as in /proc. */
function makeFolder(path: string): void {
  if (isFolder(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another peer may have been quicker.
    if (!isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** A download that is in the making when serving ends may still take so long; nobody else is waited for. */
const GRACE_MS = 30_000;
const IDLE_MS = 60_000;

function startServing({ root, host, port, 'log-file': logFile }: Arguments): Promise<Server> {
  const service = findService('web');
  if (!service) throw new StartError('there is no service "web" to serve with');
  return Server.start({
    service,
    serviceOptions: {
      once: false,
      framing: 'line',
      maxPauseMs: 0,
      dialect: 'exercise',
      store: '',
      questions: undefined,
      root: resolve(root),
    },
    model: 'event-loop',
    address: { host, port },
    acceptor: { overflow: 'queue', queueLimit: 4096 },
    threads: { most: 1, warm: 0, memoryMb: 64 },
    idleMs: IDLE_MS,
    graceMs: GRACE_MS,
    log: {
      level: logFile === undefined ? 'silent' : 'info',
      file: logFile === undefined ? undefined : resolve(logFile),
      connections: true,
    },
  });
}
