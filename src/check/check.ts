/**
 * The terms of `handoff check`: an exercise has checks; a check has a sentence that is true of a
 * right server, and a hint for a wrong one. Types only. Read exercises/echo.ts next, then
 * run-checks.ts.
 */
import type { ServerUnderTest } from './server-under-test.js';
import type { StreamClient } from './stream-client.js';
import type { DatagramClient } from './datagram-client.js';
import type { TranscriptEvent, Mark } from './transcript.js';

/** What a message is: `chunk`: the bytes of one send; `line`: a text that ends with a newline. */
export type MessageFraming = 'chunk' | 'line';

/** What the exercise's text leaves open, as the user describes it. */
export interface Conventions {
  readonly framing: MessageFraming;
  /** What a client sends to name itself; `{name}` is its name. Empty: it does not. */
  readonly join: string;
  /** What starts a game; `{n}` is the number of questions of a quiz. Empty: it starts by itself. */
  readonly start: string;
  /** What a client sends to register and to log in; `{password}` is its password. */
  readonly register: string;
  readonly login: string;
  /** Bonus tasks of the quiz that are checked, by their numbers. */
  readonly bonuses: readonly number[];
  /** A file below the web server's folder. */
  readonly file: string;
}

/** A check's view of the server. All that it opens is closed when the check is over. */
export interface Context {
  readonly conventions: Conventions;
  readonly server: ServerUnderTest;
  /** Connects the next client; they are labelled A, B, C, … */
  readonly connect: () => Promise<StreamClient>;
  /** The next client of a datagram service. */
  readonly datagrams: () => Promise<DatagramClient>;
  /** `alice` becomes a name that no client of this process has had, such as `alice7`. */
  readonly uniqueName: (base: string) => string;
  /** Stops the server, with its connections open, and starts it again on its port. */
  readonly restart: () => Promise<void>;
  /** Waits until the server has printed this text. */
  readonly prints: (text: string) => Promise<void>;
}

export interface Check {
  /** True of a right server. */
  readonly sentence: string;
  /** The likely mistake, if the check fails. */
  readonly hint: string;
  /** Checks without which this one makes no sense. */
  readonly requires: readonly Check[];
  /** Not required by the exercise's text: a failure is reported, and does not count. */
  readonly isAdvice: boolean;
  /** Bound on its duration. */
  readonly limitMs: number;
  /** @throws Mismatch if the server does something else */
  readonly run: (context: Context) => Promise<void>;
}

export interface Exercise {
  readonly name: string;
  /** Document and number, such as `document 000, exercise 1.2`. */
  readonly source: string;
  readonly transport: 'tcp' | 'udp';
  /** What the user may change. */
  readonly conventions: Conventions;
  readonly checks: (conventions: Conventions) => readonly Check[];
  /** A client is served: it has got an answer, or what stands for it. For the model; tcp only. */
  readonly isServed?: (client: StreamClient, conventions: Conventions) => Promise<void>;
}

/** What is wrong, with the evidence. */
export interface Failure {
  readonly message: string;
  readonly mark: Mark | undefined;
  readonly transcript: readonly TranscriptEvent[];
  readonly hint: string;
  /** How the server's process ended and the end of its error output; undefined without both. */
  readonly lastWords: string | undefined;
}

export type Verdict =
  | { readonly status: 'passed' }
  | { readonly status: 'failed'; readonly failure: Failure }
  | { readonly status: 'skipped'; readonly because: string };

export type CheckResult = Verdict & {
  readonly sentence: string;
  readonly isAdvice: boolean;
  readonly durationMs: number;
  readonly transcript: readonly TranscriptEvent[];
};

/** Bound on a check in milliseconds, and on each of its waits. */
const CHECK_MS = 5000;
export const WAIT_MS = 3000;

type Described = Pick<Check, 'hint'> & Partial<Pick<Check, 'requires' | 'limitMs'>>;

/** A check that the exercise's text requires. */
export function check(sentence: string, rest: Described, run: Check['run']): Check {
  return { requires: [], limitMs: CHECK_MS, ...rest, sentence, isAdvice: false, run };
}

/** A check of what a good server does although the exercise's text does not require it. */
export function advice(sentence: string, rest: Described, run: Check['run']): Check {
  return { ...check(sentence, rest, run), isAdvice: true };
}
