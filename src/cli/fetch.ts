/** `handoff fetch`: downloads a page over HTTP/1.1. Read ../clients/http/fetch.ts next. */
import type { Argv } from 'yargs';
import { fetchUrl } from '../clients/http/fetch.js';
import type { Head } from '../clients/http/head.js';
import { parseHttpUrl } from '../clients/http/request.js';
import { ReaderGone, StreamSink } from '../base/output.js';
import { PartFile } from '../base/part-file.js';
import { printable } from '../base/printable.js';
import { StartError, UsageError } from '../base/errors.js';
import type { ArgumentsOf, Command } from './command.js';
import { runClient, timeoutOption } from './job.js';
import { text, withSettings, type OptionSources } from './options.js';
import { ProgressBar } from './progress.js';

const MOST_REDIRECTIONS = 5;

const options = {
  output: {
    ...text('output'),
    alias: 'o',
    describe: 'file for the body; - is standard output, the default',
  },
  headers: {
    type: 'boolean',
    default: false,
    alias: 'i',
    describe: 'also write the headers to standard output',
  },
  follow: {
    type: 'boolean',
    default: true,
    describe: `follow up to ${MOST_REDIRECTIONS} redirections`,
  },
  timeout: timeoutOption,
} as const;

function builder(command: Argv, sources: OptionSources) {
  return withSettings(command, sources, options)
    .positional('url', {
      type: 'string',
      describe: 'http:// URL of the page, such as http://127.0.0.1:8080/',
    })
    .options(options)
    .example(
      '$0 fetch http://127.0.0.1:8080/ -o page.html',
      'exit status 0 if the whole page arrived',
    );
}

type Arguments = ArgumentsOf<typeof builder>;

export const fetchCommand: Command<Arguments> = {
  builder,
  async handler(args) {
    if (args.url === undefined)
      throw new UsageError('fetch needs <url>; for example: handoff fetch http://127.0.0.1:8080/');
    const url = parseHttpUrl(args.url);
    await runClient(() => fetchTo(url, args));
  },
};

async function fetchTo(
  url: URL,
  { output = '-', headers, follow, timeout }: Arguments,
): Promise<void> {
  const standard = new StreamSink(process.stdout);
  const file = output === '-' ? undefined : new PartFile(output);
  const bar = new ProgressBar({ dataOnTerminal: file === undefined && process.stdout.isTTY });
  let heads = Promise.resolve();
  try {
    const fetched = await fetchUrl(url, file ?? standard, {
      timeoutMs: timeout,
      redirects: follow ? MOST_REDIRECTIONS : 0,
      onHead: (head) => {
        if (headers) heads = standard.write(Buffer.from(formatHead(head)));
        // `await heads` below reports the error.
        heads.catch(() => undefined);
      },
      onProgress: (bytes, totalBytes) => bar.update(bytes, totalBytes),
    });
    await heads;
    if (!fetched.complete) throw new StartError(fetched.why);
    await file?.commit();
  } catch (error) {
    if (!(error instanceof ReaderGone)) throw error;
    process.exitCode = 1;
  } finally {
    bar.stop();
    await file?.discard();
  }
}

function formatHead({ version, status, reason, headers }: Head): string {
  const lines = [
    `HTTP/${version} ${status} ${reason}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return lines.map((line) => `${printable(line)}\n`).join('') + '\n';
}
