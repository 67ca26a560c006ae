/**
 * The fate of datagrams from a client that does not wait for answers. This is a program of its own,
 * `make bench-udp`, because the clients of all scenarios of run.ts wait for theirs. It runs as the
 * client, and starts one server at a time.
 *
 * Question: a client sends 20,000 datagrams as fast as it can. How many are answered, and where are
 * the others lost?
 * Prediction: UDP has no flow control. While the server is slower than the sender, its socket's
 * buffer fills, and the kernel silently drops the datagrams that do not fit.
 * Look at: the paced rows lose nothing. In a burst the columns account for every datagram. The
 * kernel drops it before the server (its buffer is full), the server drops it (its queue is full),
 * or the kernel drops it before the client. The client does not read while it sends, so its buffer
 * fills, too.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeOut } from '../../src/base/output.js';
import { kernelDropsOf } from '../../src/datagrams/kernel-drops.js';
import { askForBuffer } from '../../src/datagrams/socket.js';
import { DASH, formatCount, render } from '../analysis/numbers.js';
import { withTemporaryDirectory } from '../lib/cleanup.js';
import { models } from '../contenders/models.js';
import type { Contender } from '../contenders/contender.js';

const PACED = 5000;
const WINDOW = 64;
const BURST = 20_000;
const MESSAGE_BYTES = 64;
const BUFFER_BYTES = 4 * 1024 * 1024;
/** The run ends after this long without an answer. */
const SILENCE_MS = 500;
const HEAD = [
  'server',
  'sent',
  'answered',
  'dropped: kernel',
  'server',
  'client',
  'not accounted for',
];

/** The server's log line about its datagrams. */
interface Summary {
  readonly received: number;
  readonly dropped: number;
  readonly kernelDropped?: number;
}

interface Outcome {
  readonly sent: number;
  readonly answered: number;
  /** Datagrams that the kernel dropped before the client; undefined if unknown. */
  readonly clientDropped: number | undefined;
}

type Experiment = (socket: Socket) => Promise<Omit<Outcome, 'clientDropped'>>;

/** Sends PACED datagrams, at most WINDOW of them unanswered at any time. */
async function paced(socket: Socket): Promise<{ sent: number; answered: number }> {
  let [sent, answered] = [0, 0];
  const send = () => {
    socket.send(messageOf(sent++));
  };
  const allAnswered = new Promise<void>((resolve) => {
    socket.on('message', () => {
      if (++answered === PACED) resolve();
      else if (sent < PACED) send();
    });
  });
  while (sent < WINDOW) send();
  // A lost datagram never gets an answer.
  await Promise.race([allAnswered, untilSilent(() => answered)]);
  return { sent, answered };
}

/** Sends BURST datagrams in one loop and reads only afterwards. */
async function unpaced(socket: Socket): Promise<{ sent: number; answered: number }> {
  let answered = 0;
  socket.on('message', () => answered++);
  for (let sent = 0; sent < BURST; sent++) socket.send(messageOf(sent));
  await untilSilent(() => answered);
  return { sent: BURST, answered };
}

/** Numbered: a server does not give one answer without end (datagrams/repeated-answers.ts). */
function messageOf(number: number): Buffer {
  return Buffer.from(`${number} `.padEnd(MESSAGE_BYTES, 'x'));
}

async function untilSilent(count: () => number): Promise<void> {
  for (let before = -1; before !== count();) {
    before = count();
    await sleep(SILENCE_MS);
  }
}

async function run(
  contender: Contender,
  experiment: Experiment,
  directory: string,
): Promise<Outcome & { summary: Summary }> {
  const logFile = join(directory, 'log');
  const args = ['--datagram-rate', '0', '--log-file', logFile];
  const server = await contender.start({ clients: 2, transport: 'udp', args });
  const socket = createSocket('udp4');
  try {
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    askForBuffer(socket, BUFFER_BYTES);
    socket.connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    const outcome = await experiment(socket);
    const clientDropped = kernelDropsOf(socket.address());
    await server.stop();
    return { ...outcome, clientDropped, summary: summaryIn(await readFile(logFile, 'utf8')) };
  } finally {
    socket.close();
    await server.stop();
  }
}

function summaryIn(log: string): Summary {
  const line = log.split('\n').find((each) => each.includes('"msg":"datagrams"'));
  if (line === undefined) throw new Error('the server logged no summary of its datagrams');
  return JSON.parse(line) as Summary;
}

async function rowsOf(experiment: Experiment): Promise<string[][]> {
  const rows: string[][] = [];
  for (const contender of models().filter(({ name }) => name !== 'worker-event-loops')) {
    const { sent, answered, clientDropped, summary } = await withTemporaryDirectory((directory) =>
      run(contender, experiment, directory),
    );
    const { kernelDropped, dropped } = summary;
    const known = kernelDropped !== undefined && clientDropped !== undefined;
    const missing = known ? sent - answered - kernelDropped - dropped - clientDropped : undefined;
    const figures = [sent, answered, kernelDropped, dropped, clientDropped, missing];
    rows.push([
      contender.name,
      ...figures.map((figure) => (figure === undefined ? DASH : formatCount(figure))),
    ]);
  }
  return rows;
}

for (const [title, experiment] of [
  [`${formatCount(PACED)} datagrams, at most ${WINDOW} unanswered at a time`, paced],
  [`${formatCount(BURST)} datagrams, unpaced`, unpaced],
] as const) {
  const table = { title, head: HEAD, rows: await rowsOf(experiment), notes: [] };
  await writeOut(`${render(table, 'terminal')}\n`);
}
