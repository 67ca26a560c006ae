/**
 * `handoff watch`: shows the threads, clients and queue of a running server, and what holds clients
 * up. Read ../clients/watch/watch.ts and table.ts next.
 */
import { ReadStream } from 'node:tty';
import type { Argv } from 'yargs';
import { LEAST_EVERY_MS, MOST_EVERY_MS } from '../admin/snapshot.js';
import { ReaderGone, StreamSink } from '../base/output.js';
import { snapshotsOf, type ReceivedSnapshot } from '../clients/watch/watch.js';
import { painted, WatchScreen, type ExitReason } from '../clients/watch/screen.js';
import { Steadiness } from '../clients/watch/steadiness.js';
import { tableOf } from '../clients/watch/table.js';
import { INTERRUPTED, type ArgumentsOf, type Command } from './command.js';
import { runClient } from './job.js';
import {
  checkSocketPath,
  wholeNumber,
  typedSettings,
  withSettings,
  type OptionSources,
} from './options.js';
import { withoutEffect } from './typed.js';

const options = {
  every: {
    ...wholeNumber('every', LEAST_EVERY_MS, MOST_EVERY_MS),
    default: 500,
    describe: 'time between two snapshots in ms',
  },
  once: { type: 'boolean', default: false, describe: 'show one snapshot and exit' },
  json: {
    type: 'boolean',
    default: false,
    describe: 'print each snapshot as one line of JSON',
  },
} as const;

function builder(command: Argv, sources: OptionSources) {
  return withSettings(command, sources, options)
    .positional('path', {
      type: 'string',
      demandOption: true,
      coerce: (path: string) => checkSocketPath('watch', path),
      describe: "path of the server's admin socket (--admin)",
    })
    .options(options)
    .check(({ once }) => {
      if (once && typedSettings(sources, options).has('every'))
        throw withoutEffect('every', 'with --once, which shows one snapshot');
      return true;
    })
    .example('$0 serve echo --admin admin.sock', 'starts the server to watch')
    .example('$0 watch admin.sock', 'shows its threads, clients and queue, live; q ends')
    .example('$0 watch admin.sock --once --json | jq .threads.states', 'prints JSON for scripts');
}

type Arguments = ArgumentsOf<typeof builder>;

export const watchCommand: Command<Arguments> = {
  builder: builder,
  example: 'watch admin.sock',
  async handler({ path, every, once, json }) {
    const isLive = process.stdout.isTTY && process.env.TERM !== 'dumb' && !once && !json;
    await runClient((nextSignal) =>
      isLive
        ? watchLive(path, every, nextSignal())
        : printAll(snapshotsOf(path, { everyMs: once ? undefined : every }), json),
    );
  },
};

/** Silence before the first snapshot after which a line says so. */
const NOTICE_MS = 1000;

async function watchLive(path: string, everyMs: number, signal: Promise<void>): Promise<void> {
  const over = new AbortController();
  const snapshots = snapshotsOf(path, { everyMs, signal: over.signal });
  // The screen opens after the first snapshot, so that a connection error stays visible.
  const notice = setTimeout(() => {
    process.stderr.write(`${path}: no answer yet: main is blocked, or stopped\n`);
  }, NOTICE_MS);
  const first = await Promise.race([snapshots.next(), signal]).finally(() => clearTimeout(notice));
  if (!first || first.done) {
    process.exitCode = INTERRUPTED;
    return;
  }
  const input = process.stdin instanceof ReadStream ? process.stdin : undefined;
  const screen = new WatchScreen(input, process.stdout, everyMs);
  try {
    screen.show(first.value.snapshot);
    const interrupted = signal.then((): ExitReason => 'interrupted');
    const leaving = await Promise.race([showAll(snapshots, screen), screen.exited, interrupted]);
    if (leaving === 'interrupted') process.exitCode = INTERRUPTED;
  } finally {
    over.abort();
    screen.close();
  }
}

async function showAll(
  snapshots: AsyncIterable<ReceivedSnapshot>,
  screen: WatchScreen,
): Promise<void> {
  for await (const { snapshot } of snapshots) screen.show(snapshot);
}

async function printAll(
  snapshots: AsyncIterable<ReceivedSnapshot>,
  asJson: boolean,
): Promise<void> {
  const output = new StreamSink(process.stdout);
  const steadiness = new Steadiness();
  // A terminal without a known size reports 0.
  const { columns } = process.stdout;
  const size = columns ? { columns, rows: Infinity } : undefined;
  let separator = '';
  try {
    for await (const { snapshot, line } of snapshots) {
      const steadyMs = steadiness.note(snapshot);
      const text = asJson
        ? line
        : `${separator}${tableOf(snapshot, size, { steadyMs }).map(painted).join('\n')}`;
      await output.write(Buffer.from(`${text}\n`));
      separator = '\n';
    }
  } catch (error) {
    if (!(error instanceof ReaderGone)) throw error;
    process.exitCode = 1;
  }
}
