/**
 * `handoff peer`: a server and a client in one process. It serves a folder with the web service and
 * fetches one file from every peer.
 *
 * The peer keeps serving after its own fetches, because another peer may have started later or may
 * wait between two tries. Peers retry at least every MOST_WAIT_MS, so --linger is longer than that.
 * Read ../clients/http/peer.ts next.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Argv } from 'yargs';
import { isFolder, makeFolder } from '../base/output-files.js';
import { writeOut } from '../base/output.js';
import { fetchFromAll, wantedFrom } from '../clients/http/peer.js';
import { formatEndpoint } from '../connection/endpoint.js';
import { StartError, UsageError } from '../base/errors.js';
import { Server } from '../server/server.js';
import { findService } from '../services/catalogue.js';
import type { ArgumentsOf, Command } from './command.js';
import { runClient, timeoutOption } from './job.js';
import { text, wholeNumber, typedSettings, withSettings, type OptionSources } from './options.js';
import { withoutEffect } from './typed.js';

/** Upper bound of the pause between two tries, unless the first pause is longer. */
const MOST_WAIT_MS = 2000;
const DEFAULT_PORT = 8080;

const options = {
  root: { ...text('root'), default: '.', describe: 'folder to serve' },
  file: {
    ...text('file'),
    default: 'myData.txt',
    describe: 'path of the file to fetch from every peer',
  },
  into: { ...text('into'), default: 'peers', describe: 'folder for the fetched files' },
  host: { ...text('host'), default: '127.0.0.1', describe: 'host name or IP address to listen on' },
  port: {
    ...wholeNumber('port', 0, 65_535),
    default: DEFAULT_PORT,
    describe: 'port to listen on; 0 is any free port',
  },
  tries: {
    ...wholeNumber('tries', 1, 100_000),
    default: 60,
    describe: 'maximum number of tries per peer',
  },
  wait: {
    ...wholeNumber('wait', 1, 600_000),
    default: 250,
    describe: `pause between the first two tries in ms; later pauses grow to ${MOST_WAIT_MS}`,
  },
  timeout: timeoutOption,
  'max-bytes': {
    ...wholeNumber('max-bytes', 1, Number.MAX_SAFE_INTEGER),
    default: 16_777_216,
    describe: 'maximum size of a fetched file in bytes',
  },
  linger: {
    ...wholeNumber('linger', 0, 86_400_000),
    default: 5000,
    describe: 'time in ms to keep serving after the last fetch, for slower peers',
  },
  stay: { type: 'boolean', default: false, describe: 'keep serving until Ctrl-C' },
  'log-file': {
    ...text('log-file'),
    describe: "file that the server's log is appended to (default: no log)",
  },
} as const;

function builder(command: Argv, sources: OptionSources) {
  return (
    withSettings(command, sources, options)
      // Without this setting yargs keeps only the last of several peers.
      .parserConfiguration({ 'duplicate-arguments-array': true })
      .positional('peer', {
        type: 'string',
        array: true,
        describe: `host:port (default port: ${DEFAULT_PORT})`,
      })
      .options(options)
      .check(({ stay }) => {
        if (stay && typedSettings(sources, options).has('linger'))
          throw withoutEffect('linger', 'with --stay, which serves until Ctrl-C');
        return true;
      })
      .example(
        '$0 peer --root mine --into class 192.0.2.7:8080 192.0.2.8:8080',
        'fetches myData.txt from two peers',
      )
  );
}

type Arguments = ArgumentsOf<typeof builder>;

export const peerCommand: Command<Arguments> = {
  builder,
  async handler(args) {
    const wanted = wantedFrom(args.peer ?? [], DEFAULT_PORT, args.file, args.into);
    if (wanted.length === 0)
      throw new UsageError(
        'peer needs <peer>, as host:port; for example: handoff peer 192.0.2.7:8080',
      );
    prepareFolders(args);
    await runClient(async (nextSignal) => {
      const server = await startServing(args);
      console.error(`serving ${args.root} at http://${formatEndpoint(args.host, server.port)}/`);
      const arrived = await fetchFromAll(wanted, {
        tries: args.tries,
        waitMs: args.wait,
        maxWaitMs: Math.max(args.wait, MOST_WAIT_MS),
        timeoutMs: args.timeout,
        maxBytes: args['max-bytes'],
        onArrival: writeOut,
        report: (line) => console.error(line),
      });
      console.error(
        `${arrived} of ${wanted.length} ${wanted.length === 1 ? 'file has' : 'files have'} arrived`,
      );
      if (arrived < wanted.length) process.exitCode = 1;
      const stopped = nextSignal();
      await (args.stay
        ? stopped
        : Promise.race([stopped, sleep(args.linger, undefined, { ref: false })]));
      await server.stop('done');
    });
  },
};

/** @throws StartError if the folder to serve is missing, or the folder for files cannot be made */
function prepareFolders({ root, into, file }: Arguments): void {
  if (!isFolder(root)) {
    throw new StartError(`cannot serve ${root}: there is no such directory`);
  }
  if (!existsSync(join(root, file)))
    console.error(`${join(root, file)} does not exist, so no peer can fetch it`);
  makeFolder(into);
}

/** How long the server's stop waits for unfinished downloads. */
const LOOP_LAG_MS = 50;
const GRACE_MS = 30_000;
const IDLE_MS = 60_000;

function startServing({ root, host, port, 'log-file': logFile }: Arguments): Promise<Server> {
  const service = findService('web');
  if (!service) throw new StartError('the service "web" is missing');
  return Server.start({
    service,
    serviceOptions: {
      once: false,
      framing: 'line',
      goodbyeMs: 0,
      maxPauseMs: 0,
      dialect: 'exercise',
      history: 0,
      store: '',
      questions: undefined,
      root: resolve(root),
      logRequests: false,
    },
    model: 'event-loop',
    address: { host, port },
    acceptor: { overflow: 'queue', queueLimit: 4096 },
    threads: { most: 1, warm: 0, memoryMb: 64 },
    idleMs: IDLE_MS,
    loopLagMs: LOOP_LAG_MS,
    maxBufferBytes: 256 * 1024 * 1024,
    graceMs: GRACE_MS,
    log: {
      level: logFile === undefined ? 'silent' : 'info',
      file: logFile === undefined ? undefined : resolve(logFile),
      connections: true,
    },
  });
}
