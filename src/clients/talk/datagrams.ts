/**
 * The datagram client of `handoff connect`: sends each line as a datagram and shows the answer. Its
 * own process, main thread.
 *
 * The client sends a line after the last one was answered or timed out. So a script's lines stay in
 * order and do not overrun the server. It does not retry, so that the user sees lost datagrams.
 */
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { formatEndpoint } from '../../connection/endpoint.js';
import { socketFor } from '../../datagrams/socket.js';
import { StartError } from '../../base/errors.js';
import { ReaderGone, StreamSink } from '../../base/output.js';

interface UdpAddress {
  readonly host: string;
  readonly port: number;
}

const ANSWER_TIMEOUT_MS = 2000;

/**
 * Exchanges all lines of `input`.
 * @param timeoutMs how long an answer may take
 * @returns true if every line was answered, and no answer begins with `ERR `
 * @throws StartError with a one-line message if the port is closed or a line is too long to send
 */
export async function exchangeDatagrams(
  where: UdpAddress,
  input: Readable,
  output: Writable,
  timeoutMs = ANSWER_TIMEOUT_MS,
): Promise<boolean> {
  const shown = new StreamSink(output);
  let socket: Socket | undefined;
  try {
    socket = await connectedSocket(where);
    let allAnswered = true;
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const answer = await request(socket, line, timeoutMs);
      if (answer === undefined) process.stderr.write('no answer\n');
      else await shown.write(Buffer.from(answer.endsWith('\n') ? answer : `${answer}\n`));
      if (answer === undefined || answer.startsWith('ERR ')) allAnswered = false;
    }
    return allAnswered;
  } catch (error) {
    if (error instanceof ReaderGone) return false;
    if (error instanceof StartError) throw error;
    const why = reasonOf(error as NodeJS.ErrnoException);
    throw new StartError(`${formatEndpoint(where.host, where.port)}: ${why}`, { cause: error });
  } finally {
    input.destroy();
    socket?.close();
  }
}

/** A connected socket reports a closed port, and receives only this server's datagrams. */
async function connectedSocket({ host, port }: UdpAddress): Promise<Socket> {
  const { socket, address } = await socketFor(host);
  socket.connect(port, address);
  await once(socket, 'connect');
  return socket;
}

/**
 * Returns the answer; undefined if none came in time, since the datagram or its answer was lost.
 */
async function request(
  socket: Socket,
  line: string,
  timeoutMs: number,
): Promise<string | undefined> {
  const inTime = AbortSignal.timeout(timeoutMs);
  const answered = once(socket, 'message', { signal: inTime }) as Promise<[Buffer]>;
  // Without a callback, send() would not report its own error.
  const failed = new Promise<never>((_resolve, reject) => {
    socket.send(line, (error) => {
      if (error) reject(error);
    });
  });
  try {
    const [answer] = await Promise.race([answered, failed]);
    return answer.toString();
  } catch (error) {
    if (inTime.aborted) return undefined;
    throw error;
  }
}

function reasonOf(error: NodeJS.ErrnoException): string {
  const reasons: Record<string, string> = {
    ECONNREFUSED: 'the port is closed; is the server running with --transport udp?',
    ENOTFOUND: 'no such host',
    EMSGSIZE: 'a line is too long for a datagram',
  };
  return reasons[error.code ?? ''] ?? error.message;
}
