/**
 * The number of datagrams that the kernel dropped because a socket's receive buffer was full. The
 * program never sees them; Linux counts them for each socket in /proc/net/udp. Other systems do not
 * report them.
 */
import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import type { AddressInfo } from 'node:net';
import { endpointOf, formatEndpoint } from '../connection/endpoint.js';

const AF_INET = 2;
const AF_INET6 = 10;
const LOCAL_ADDRESS = 1;

/** Reads the kernel's counter for a socket; undefined where no table has the socket. */
export function kernelDropsOf({ address, port, family }: AddressInfo): number | undefined {
  const wanted = formatEndpoint(address, port);
  for (const line of readTable(family === 'IPv6' ? '/proc/net/udp6' : '/proc/net/udp')) {
    const fields = line.trim().split(/\s+/);
    const local = fields[LOCAL_ADDRESS];
    if (local !== undefined && endpointIn(local) === wanted) return Number(fields.at(-1));
  }
  return undefined;
}

function readTable(path: string): string[] {
  try {
    return readFileSync(path, 'latin1').split('\n').slice(1);
  } catch {
    // The file does not exist on this system, or is not readable. The server runs without the
    // number.
    return [];
  }
}

/**
 * Parses `0100007F:2328`, which is 127.0.0.1:9000. The address is in words of the machine's byte
 * order, the port is a plain hexadecimal number.
 */
function endpointIn(field: string): string {
  const [address = '', port = ''] = field.split(':');
  const words = address.match(/.{8}/g) ?? [];
  const isIPv4 = words.length === 1;
  const little = endianness() === 'LE';
  // A struct sockaddr_in or sockaddr_in6.
  const socketAddress = new Uint8Array(28);
  const view = new DataView(socketAddress.buffer);
  view.setUint16(0, isIPv4 ? AF_INET : AF_INET6, little);
  view.setUint16(2, parseInt(port, 16));
  for (const [index, word] of words.entries()) {
    view.setUint32((isIPv4 ? 4 : 8) + 4 * index, parseInt(word, 16), little);
  }
  return endpointOf(socketAddress);
}
