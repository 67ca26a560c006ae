/**
 * Infers how a server serves several clients, from what its clients see. Main thread of `handoff
 * check`.
 *
 * A silent client is there while another one asks. If that one is answered only after the silent
 * one has left, the server serves one at a time. Otherwise more clients come and stay, up to
 * MOST_CLIENTS. With a command, the number of its threads and processes says more.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Conventions, Exercise } from './check.js';
import { Mismatch } from './mismatch.js';
import { Patience } from './patience.js';
import { countTasks } from './process-group.js';
import type { ServerUnderTest } from './server-under-test.js';
import { StreamClient } from './stream-client.js';
import { Transcript } from './transcript.js';

/** What a server that waits for another client does not do within this time: answer. */
const WAITING_MS = 700;
/** Longer for those that come later: the server may have to start a thread for each. */
const CROWD_WAIT_MS = 3000;
const LIMIT_MS = 30_000;
/** A process needs a moment to end. */
const END_MS = 150;
const MOST_CLIENTS = 12;

const ONE = 'one at a time';
/** As when the loop that accepts also waits for the client's name. */
const BEGINNING = 'concurrent, but each client can hold up the next at its beginning';

export interface InferredModel {
  /** `one client only`, `one at a time`, `concurrent`, `at most 5 at a time`. */
  readonly name: string;
  /** How this is known. */
  readonly evidence: string;
}

const REFUSED: InferredModel = {
  name: 'one client only',
  evidence: 'a second client was refused while the first was there',
};

type Served = NonNullable<Exercise['isServed']>;

/** @returns undefined if the server does not answer as it did before */
export async function inferModel(
  server: ServerUnderTest,
  conventions: Conventions,
  isServed: Served,
): Promise<InferredModel | undefined> {
  const clients: StreamClient[] = [];
  const transcript = new Transcript();
  const connect = async (waitMs: number) => {
    const label = `${clients.length + 1}`;
    const patience = new Patience(LIMIT_MS, waitMs);
    const client = await StreamClient.connect(server.address, { label, transcript, patience });
    clients.push(client);
    return client;
  };
  try {
    await server.startFresh();
    const before = countTasks(server.processGroup);
    const silent = await connect(WAITING_MS);
    const second = await connect(WAITING_MS).catch(mismatchAsUndefined);
    if (second === undefined) return REFUSED;
    if (!(await succeeds(isServed(second, conventions)))) {
      const why = await whyNot(silent, second, server);
      if (why?.name !== ONE || server.ended !== undefined) return why;
      second.close();
      const areTogether = await areServedTogether(
        () => connect(CROWD_WAIT_MS),
        isServed,
        conventions,
      );
      if (!areTogether) return why;
      return { name: BEGINNING, evidence: `two clients were served together, but ${why.evidence}` };
    }
    // The silent one and the second are among those that are served.
    let count = 2;
    while (
      count < MOST_CLIENTS &&
      (await succeeds(isServed(await connect(CROWD_WAIT_MS), conventions)))
    )
      count += 1;
    const tasks = tasksSentence(before, countTasks(server.processGroup), count);
    if (count === MOST_CLIENTS)
      return {
        name: 'concurrent',
        evidence: `${count} clients were served at the same time${tasks}`,
      };
    return {
      name: `at most ${count} at a time`,
      evidence: `with ${count} clients there, the next had no answer for ${CROWD_WAIT_MS} ms${tasks}`,
    };
  } catch (error) {
    if (error instanceof Mismatch) return undefined;
    throw error;
  } finally {
    for (const client of clients) client.release();
  }
}

async function whyNot(
  silent: StreamClient,
  second: StreamClient,
  server: ServerUnderTest,
): Promise<InferredModel | undefined> {
  const endOfSecond = () => second.inbox.end;
  if (endOfSecond() === 'was reset') return REFUSED;
  const leftMs = performance.now();
  silent.close();
  await second.inbox.reacts(2 * WAITING_MS);
  const tookMs = Math.round(performance.now() - leftMs);
  await sleep(END_MS);
  const { ended } = server;
  const isReset = endOfSecond() === 'was reset';
  if (ended !== undefined || isReset)
    return {
      name: 'one client only',
      evidence: `${ended ?? 'the server reset the second connection'} when its first client had left`,
    };
  // An end is an answer, too, of a server that sends nothing else.
  if (second.inbox.length === 0 && endOfSecond() === undefined) return undefined;
  return {
    name: ONE,
    evidence:
      `a second client had no answer for ${WAITING_MS} ms while a silent one was there, ` +
      `and got it ${tookMs} ms after that one had left`,
  };
}

/** Whether a client is served while another one that was served is still connected. */
async function areServedTogether(
  connect: () => Promise<StreamClient>,
  isServed: Served,
  conventions: Conventions,
): Promise<boolean> {
  const first = await connect();
  if (!(await succeeds(isServed(first, conventions)))) return false;
  await first.inbox.settles();
  const isSecondServed = await succeeds(isServed(await connect(), conventions));
  return isSecondServed && first.inbox.end === undefined;
}

function mismatchAsUndefined(error: unknown): undefined {
  if (!(error instanceof Mismatch)) throw error;
}

async function succeeds(exchange: Promise<void>): Promise<boolean> {
  try {
    await exchange;
    return true;
  } catch (error) {
    mismatchAsUndefined(error);
    return false;
  }
}

interface Tasks {
  readonly processes: number;
  readonly threads: number;
}

/** How many processes and threads came with the clients; empty if that is not known. */
function tasksSentence(before: Tasks | undefined, now: Tasks | undefined, clients: number): string {
  if (before === undefined || now === undefined) return '';
  const processes = now.processes - before.processes;
  const threads = now.threads - before.threads;
  if (processes >= clients / 2) return `, with ${processes} more processes: one for each client`;
  if (threads >= clients - 1) return `, with ${threads} more threads: one for each client`;
  if (threads > 1) return `, with ${threads} more threads: a pool`;
  return ', without more threads or processes: an event loop';
}
