/**
 * `handoff load`: the load generator alone, against a server that runs already. `handoff load merge`
 * adds up the results of several.
 *
 * This is the runner's process, as in run.ts: it checks one answer, has the load process send the
 * load, and prints. Read bench/analysis/load-results.ts next, which has the results.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { StartError } from '../../src/base/errors.js';
import { writeOut } from '../../src/base/output.js';
import { writeWhole } from '../../src/base/part-file.js';
import {
  closedLoopTotals,
  MOST_SEED,
  loadResults,
  mergeLoads,
  openLoopTotals,
  readLoad,
  type LoadResults,
} from '../analysis/load-results.js';
import { messageText } from '../analysis/message.js';
import { resolveAddress, type Address } from '../contenders/address.js';
import { exchange } from '../contenders/conversation.js';
import { startGenerator, type Generator } from '../generator/handle.js';
import type { ArrivalsName, Content } from '../generator/protocol/jobs.js';
import type { Progress } from '../generator/protocol/results.js';
import { interruptedStatus, onInterrupt } from '../lib/cleanup.js';
import { descriptorLimit } from '../lib/process-stats.js';
import { loadSummary, progressLine } from '../report/load.js';

export interface LoadOptions {
  readonly address: Address;
  readonly isRemoteAllowed: boolean;
  readonly clients: number;
  /** Of all clients together; undefined: closed loop. */
  readonly ratePerSecond: number | undefined;
  /** Of an open loop; `seed` undefined: a random one. */
  readonly arrivals: { readonly kind: ArrivalsName; readonly seed: number | undefined };
  readonly warmUpMs: number;
  readonly durationMs: number;
  readonly message: Buffer;
  readonly expected: Buffer;
  /** Whether each message has a connection of its own. */
  readonly churn: boolean;
  readonly output: LoadOutput;
}

export interface LoadOutput {
  /** The path of the results file; undefined: none. */
  readonly file: string | undefined;
  /** Prints the results as JSON instead of text. */
  readonly json: boolean;
}

const PROGRESS_MS = 500;
/** What the load process has open beside its clients. */
const OTHER_DESCRIPTORS = 40;
const CLEAR_LINE = '\r\x1b[K';

/**
 * @returns the exit status: 0; 1 if an answer was wrong or none came; 130 after Ctrl-C
 * @throws StartError if the server does not answer rightly once, before the load; UsageError for a
 * server on another machine without permission
 */
export async function runLoad(options: LoadOptions): Promise<number> {
  const { address, message, expected, clients } = options;
  const most = descriptorLimit() - OTHER_DESCRIPTORS;
  if (clients > most)
    throw new StartError(`${clients} clients need more descriptors: ulimit -n allows ${most}`);
  const { ip, host, port } = await resolveAddress(address, options);
  await exchange({ name: `${host}:${port}`, host: ip, port }, message, expected);
  const generator = await startGenerator();
  const live = liveLine(options);
  onInterrupt(() => {
    live.clear();
    process.stderr.write('handoff: interrupted; there are no results\n');
  });
  try {
    const results = await measure(generator, { ...options, ip }, live.show);
    live.clear();
    await print(results, options.output);
    return results.errors.wrongBytes > 0 || results.answers === 0 ? 1 : 0;
  } catch (error) {
    live.clear();
    // After an interrupt, the load process has ended.
    const status = interruptedStatus();
    if (status === undefined) throw error;
    return status;
  } finally {
    await generator.stop();
  }
}

/** @throws StartError if a file cannot be read, or loads differ */
export async function mergeLoadFiles(
  paths: readonly [string, ...string[]],
  output: LoadOutput,
): Promise<void> {
  const [first, ...others] = paths;
  const named = (name: string) => ({ name, results: readLoad(name) });
  await print(mergeLoads([named(first), ...others.map(named)]), output);
}

async function print(results: LoadResults, { file, json }: LoadOutput): Promise<void> {
  if (file !== undefined) await writeWhole(file, `${JSON.stringify(results, null, 1)}\n`);
  await writeOut(json ? JSON.stringify(results) : loadSummary(results));
}

async function measure(
  generator: Generator,
  options: LoadOptions & { readonly ip: string },
  onProgress: ((progress: Progress) => void) | undefined,
): Promise<LoadResults> {
  const { address, ip, clients, ratePerSecond, warmUpMs, durationMs, churn } = options;
  const content: Content = {
    kind: 'fixed',
    request: options.message.toString('base64'),
    answer: options.expected.toString('base64'),
  };
  const job = {
    ...{ host: ip, port: address.port, clients, warmUpMs, durationMs, content },
    ...(onProgress && { progressMs: PROGRESS_MS }),
  };
  // Several generators at once must not send at the same times.
  const { kind: arrivals, seed = randomInt(MOST_SEED) } = options.arrivals;
  const isPoisson = ratePerSecond !== undefined && arrivals === 'poisson';
  const startedAt = new Date().toISOString();
  const measured =
    ratePerSecond === undefined
      ? await generator.run({ ...job, pattern: churn ? 'churn' : 'echo' }, onProgress)
      : await generator.openLoop(
          { ...job, requestsPerSecond: ratePerSecond, arrivals, seed },
          onProgress,
        );
  const part = {
    id: randomUUID(),
    ...{ startedAt, endedAt: new Date().toISOString() },
    target: `${address.host}:${address.port}`,
    clients,
    ...(ratePerSecond !== undefined && { ratePerSecond }),
    ...(isPoisson && { seed }),
    warmUpMs,
    seconds: measured.seconds,
    generatorCpuShare: measured.generatorCpuShare,
  };
  const description = {
    loop: ratePerSecond === undefined ? 'closed' : 'open',
    connections: churn ? 'one per message' : 'kept',
    message: messageText(options.message),
    expect: messageText(options.expected),
    ...(isPoisson && { arrivals }),
  } as const;
  const totals = measured.kind === 'loaded' ? closedLoopTotals(measured) : openLoopTotals(measured);
  return loadResults(description, [part], totals);
}

interface LiveLine {
  /** Undefined if standard error is no terminal. */
  readonly show: ((progress: Progress) => void) | undefined;
  clear(): void;
}

/** One line of the terminal, written again and again. */
function liveLine({ clients, warmUpMs }: LoadOptions): LiveLine {
  const { stderr } = process;
  if (!stderr.isTTY) return { show: undefined, clear: () => undefined };
  let passedMs = 0;
  stderr.write(`connecting ${clients} clients, then ${warmUpMs} ms of warm-up`);
  return {
    show: (progress) => {
      passedMs += progress.seconds * 1e3;
      stderr.write(CLEAR_LINE + progressLine(progress, passedMs));
    },
    clear: () => void stderr.write(CLEAR_LINE),
  };
}
