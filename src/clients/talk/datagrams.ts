/**
 * A datagram client: each typed line is a datagram, and what comes back is shown. Its own process, main thread.
 *
 * One line at a time: the next is sent when the last one is answered, or was given up, so that a script's lines neither
 * overtake each other nor overrun the server. Nothing is sent twice: that a datagram was lost is worth seeing.
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
 * @returns whether every line was answered, and with no `ERR `
 * @throws StartError in one line, when nobody listens there or a line is too long to be sent
 */
export async function exchangeDatagrams(
  where: UdpAddress,
  input: Readable,
  output: Writable,
): Promise<boolean> {
  const shown = new StreamSink(output);
  let socket: Socket | undefined;
  try {
    socket = await connectedSocket(where);
    let allAnswered = true;
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const answer = await request(socket, line);
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

/** Connected, so that the kernel tells of a closed port and passes on only what the server sends. */
async function connectedSocket({ host, port }: UdpAddress): Promise<Socket> {
  const { socket, address } = await socketFor(host);
  socket.connect(port, address);
  await once(socket, 'connect');
  return socket;
}

/** The answer, or undefined if none came in time: the datagram or its answer was lost. */
async function request(socket: Socket, line: string): Promise<string | undefined> {
  const inTime = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  const answered = once(socket, 'message', { signal: inTime }) as Promise<[Buffer]>;
  // Without a callback an error of the call itself would be passed over.
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
    ECONNREFUSED: 'nobody listens there; is the server running with --transport udp?',
    ENOTFOUND: 'no such host',
    EMSGSIZE: 'a line is too long for a datagram',
  };
  return reasons[error.code ?? ''] ?? error.message;
}
