/**
 * Runs an exercise's checks, one after the other, against one server. Main thread of `handoff
 * check`.
 *
 * A check whose requirement has failed is skipped. One that hangs fails after its limit. Each has
 * clients of its own, and a transcript. Read check.ts and server-under-test.ts first, then
 * model.ts.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { quoted } from '../base/printable.js';
import {
  check,
  WAIT_MS,
  type Check,
  type CheckResult,
  type Context,
  type Conventions,
  type Failure,
  type Verdict,
} from './check.js';
import { DatagramClient } from './datagram-client.js';
import { Mismatch, NotPossible } from './mismatch.js';
import { Patience } from './patience.js';
import type { ServerUnderTest } from './server-under-test.js';
import { StreamClient } from './stream-client.js';
import { Transcript } from './transcript.js';

/** More than the waits of a check take together, so that a wait fails first: it knows more. */
const MARGIN_MS = 300;
/** A failed check says how the server ended, and a program needs a moment to end. */
const END_MS = 150;
const POLL_MS = 10;
const FIRST_NAMES = 1_000_000;
/** Comes before all others: the server starts for each check, and this one has nothing else. */
const starts = check(
  'the server starts and listens on its port',
  { hint: 'the program must listen on the port that {port} stands for in its command' },
  () => Promise.resolve(),
);

interface RunSettings {
  readonly checks: readonly Check[];
  readonly conventions: Conventions;
  readonly server: ServerUnderTest;
  /** Whether the server is a command, which has to start first. */
  readonly isCommand: boolean;
  /** Advice counts like what the exercise's text requires. */
  readonly isStrict?: boolean;
  readonly onResult?: (result: CheckResult) => void;
}

/** @returns one result for each check, in their order */
export async function runChecks(settings: RunSettings): Promise<CheckResult[]> {
  const { checks, isCommand, isStrict = false, onResult = () => undefined } = settings;
  const results = new Map<Check, CheckResult>();
  const all = isCommand ? [starts, ...checks] : checks;
  for (const one of all) {
    const missing = [...(isCommand && one !== starts ? [starts] : []), ...one.requires].find(
      (required) => results.get(required)?.status !== 'passed',
    );
    const outcome = missing === undefined ? await runOne(one, settings) : skipped(missing, results);
    const isAdvice = one.isAdvice && !isStrict;
    const result = { ...outcome, sentence: one.sentence, isAdvice };
    results.set(one, result);
    onResult(result);
  }
  return [...results.values()];
}

type Outcome = Verdict & Pick<CheckResult, 'durationMs' | 'transcript'>;

function skipped(missing: Check, results: ReadonlyMap<Check, CheckResult>): Outcome {
  const verb = results.get(missing)?.status === 'skipped' ? 'was skipped' : 'failed';
  const because = `“${missing.sentence}” ${verb}`;
  return { status: 'skipped', because, durationMs: 0, transcript: [] };
}

async function runOne(one: Check, settings: RunSettings): Promise<Outcome> {
  const transcript = new Transcript();
  const startMs = performance.now();
  const verdict = await verdictOf(one, transcript, settings);
  return { ...verdict, durationMs: performance.now() - startMs, transcript: transcript.events };
}

async function verdictOf(
  one: Check,
  transcript: Transcript,
  { server, conventions }: RunSettings,
): Promise<Verdict> {
  const failed = (message: string, mark?: Failure['mark']): Verdict => ({
    status: 'failed',
    failure: {
      message,
      mark,
      transcript: transcript.events,
      hint: one.hint,
      lastWords: server.lastWords(),
    },
  });
  try {
    // Not a part of the check's time; and the check that the server starts is nothing else.
    await server.startFresh();
    const session = new Session(one.limitMs, transcript, conventions, server);
    const limit = new AbortController();
    try {
      await Promise.race([
        one.run(session),
        sleep(one.limitMs + MARGIN_MS, undefined, { signal: limit.signal }).then(() => {
          throw new Mismatch(`the check is not done after ${one.limitMs} ms`);
        }),
      ]);
      return { status: 'passed' };
    } finally {
      limit.abort();
      session.release();
    }
  } catch (error) {
    if (error instanceof NotPossible) return { status: 'skipped', because: error.message };
    if (!(error instanceof Mismatch)) throw error;
    await sleep(END_MS);
    return failed(error.message, error.mark);
  }
}

/** A server may still know the names of the last check, or have stored those of the last run. */
let uniqueNames = randomInt(FIRST_NAMES);

/** What one check opens. */
class Session implements Context {
  readonly conventions: Conventions;
  readonly server: ServerUnderTest;
  readonly #transcript: Transcript;
  readonly #patience: Patience;
  readonly #clients: (StreamClient | DatagramClient)[] = [];
  #isReleased = false;
  #labels = 0;

  constructor(
    limitMs: number,
    transcript: Transcript,
    conventions: Conventions,
    server: ServerUnderTest,
  ) {
    this.conventions = conventions;
    this.server = server;
    this.#transcript = transcript;
    this.#patience = new Patience(limitMs, WAIT_MS);
  }

  readonly connect = async (): Promise<StreamClient> =>
    this.#keep(await StreamClient.connect(this.server.address, this.#surroundings()));

  readonly datagrams = async (): Promise<DatagramClient> =>
    this.#keep(await DatagramClient.open(this.server.address, this.#surroundings()));

  readonly uniqueName = (base: string): string => `${base}${++uniqueNames}`;

  readonly restart = async (): Promise<void> => {
    this.#transcript.add('', 'server stopped');
    await this.server.restart();
    this.#transcript.add('', 'server started');
  };

  readonly prints = async (text: string): Promise<void> => {
    const endMs = performance.now() + this.#patience.leftMs();
    while (!this.server.output().includes(text)) {
      if (performance.now() > endMs)
        throw new Mismatch(`the server does not print ${quoted(text)}`);
      await sleep(POLL_MS);
    }
  };

  release(): void {
    this.#isReleased = true;
    for (const client of this.#clients) client.release();
  }

  /** A check that has run into its limit may still connect. */
  #keep<T extends StreamClient | DatagramClient>(client: T): T {
    this.#clients.push(client);
    if (this.#isReleased) client.release();
    return client;
  }

  #surroundings() {
    const label = labelOf(this.#labels++);
    return { label, transcript: this.#transcript, patience: this.#patience };
  }
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** A, B, …, Z, A2, B2, … */
function labelOf(index: number): string {
  const round = Math.floor(index / LETTERS.length);
  return `${LETTERS[index % LETTERS.length] ?? '?'}${round === 0 ? '' : round + 1}`;
}
