/**
 * Whether a port of this machine is open, and a free one. Main thread of `handoff check`.
 *
 * On Linux the kernel's tables say so. A connection would say so too, but some of the course's
 * servers accept a single client, and it would be that client.
 */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { once } from 'node:events';
import { listeners } from '../base/accept-queue.js';

export type Transport = 'tcp' | 'udp';

/** States in /proc/net/tcp and /proc/net/udp, see proc_pid_net(5): LISTEN; bound, unconnected. */
const OPEN_STATE = { tcp: '0A', udp: '07' } as const;

export async function isListening(
  host: string,
  port: number,
  transport: Transport,
): Promise<boolean> {
  if (process.platform === 'linux')
    return ['', '6'].some((version) =>
      isInTable(`/proc/net/${transport}${version}`, port, transport),
    );
  // Elsewhere a datagram port cannot be asked; its first check waits for it.
  return transport === 'udp' || (await accepts(host, port));
}

function isInTable(path: string, port: number, transport: Transport): boolean {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const row = new RegExp(
    `^ *\\d+: [0-9A-F]+:${hexPort} [0-9A-F]+:[0-9A-F]{4} ${OPEN_STATE[transport]} `,
    'm',
  );
  return row.test(tableOf(path, transport));
}

/** Empty without the file, as for IPv6 on some machines. */
function tableOf(path: string, transport: Transport): string {
  try {
    return transport === 'tcp' ? listeners(path) : readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

async function accepts(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/**
 * Ports below those that Linux and macOS give to clients. On a port of theirs, a client's connection
 * keeps a server from binding that comes without SO_REUSEADDR, for a minute after its end, too.
 */
const FIRST_PORT = 10_000;
const PORTS = 20_000;
/** Each port once, so that no connection of an earlier server is left on it. */
let nextPort = randomInt(PORTS);

/** A port that no server uses at the moment. @throws Error if the host is not of this machine */
export async function freePort(host: string, transport: Transport): Promise<number> {
  for (let tried = 0; tried < PORTS; tried++) {
    const port = FIRST_PORT + (nextPort++ % PORTS);
    if (!(await isListening(host, port, transport)) && (await canListen(host, port))) return port;
  }
  throw new Error(`no port of ${host} is free`);
}

async function canListen(host: string, port: number): Promise<boolean> {
  const server = createServer().listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  server.close();
  await once(server, 'close');
  return true;
}
