/** `handoff watch`: shows what a running server does. Read clients/watch/watch.ts and watch-table.ts next. */
import { ReadStream } from 'node:tty';
import type { Argv } from 'yargs';
import { LEAST_EVERY_MS, MOST_EVERY_MS } from '../admin/snapshot.js';
import { ReaderGone, StreamSink } from '../base/output.js';
import { snapshotsOf, type ReceivedSnapshot } from '../clients/watch/watch.js';
import { painted, WatchScreen, type ExitReason } from '../clients/watch/screen.js';
import { tableOf } from '../clients/watch/table.js';
import { INTERRUPTED, type ArgumentsOf, type Command } from './command.js';
import { runClient } from './job.js';
import { checkSocketPath, wholeNumber, withSettings } from './options.js';

const options = {
  every: {
    ...wholeNumber('every', LEAST_EVERY_MS, MOST_EVERY_MS),
    default: '500',
    describe: 'ms between two snapshots',
  },
  once: { type: 'boolean', default: false, describe: 'show one snapshot, and end' },
  json: {
    type: 'boolean',
    default: false,
    describe: 'write snapshots as the server does, a line of JSON each',
  },
} as const;

function builder(command: Argv) {
  return withSettings(command, Object.keys(options))
    .positional('path', {
      type: 'string',
      demandOption: true,
      coerce: (path: string) => checkSocketPath('watch', path),
      describe: "the path given to the server's --admin",
    })
    .options(options)
    .example('$0 serve echo --admin admin.sock', 'the server to watch')
    .example('$0 watch admin.sock', 'its threads, clients and queue, live; end with q')
    .example('$0 watch admin.sock --once --json | jq .threads.states', 'for scripts');
}

type Arguments = ArgumentsOf<typeof builder>;

export const watchCommand: Command<Arguments> = {
  builder: builder,
  async handler({ path, every, once, json }) {
    const isLive = process.stdout.isTTY && process.env.TERM !== 'dumb' && !once && !json;
    await runClient((nextSignal) =>
      isLive
        ? watchLive(path, every, nextSignal())
        : printAll(snapshotsOf(path, { everyMs: once ? undefined : every }), json),
    );
  },
};

async function watchLive(path: string, everyMs: number, signal: Promise<void>): Promise<void> {
  const over = new AbortController();
  const snapshots = snapshotsOf(path, { everyMs, signal: over.signal });
  // Before the screen is taken: that there is no server is said where the command was typed.
  const first = await Promise.race([snapshots.next(), signal]);
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

async function showAll(snapshots: AsyncIterable<ReceivedSnapshot>, screen: WatchScreen): Promise<void> {
  for await (const { snapshot } of snapshots) screen.show(snapshot);
}

async function printAll(snapshots: AsyncIterable<ReceivedSnapshot>, asJson: boolean): Promise<void> {
  const output = new StreamSink(process.stdout);
  let separator = '';
  try {
    for await (const { snapshot, line } of snapshots) {
      const text = asJson ? line : `${separator}${tableOf(snapshot, undefined).map(painted).join('\n')}`;
      await output.write(Buffer.from(`${text}\n`));
      separator = '\n';
    }
  } catch (error) {
    if (!(error instanceof ReaderGone)) throw error;
    process.exitCode = 1;
  }
}
