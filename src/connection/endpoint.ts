/** Writes addresses as the log and the services show them. Used on every thread. */
import type { Socket } from 'node:net';
import type { Endpoint } from './connection.js';

const AF_INET = 2;
const AF_INET6 = 10;
/** This machine's byte order, which the family field of a socket address has. */
const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * The address of a socket's peer; `unknown` after a reset so early that the kernel has dropped the
 * address.
 */
export function peerOf(socket: Socket): Endpoint {
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined && socket.localAddress !== undefined) return 'unknown';
  return formatEndpoint(remoteAddress, remotePort);
}

/** `host:port`, an IPv6 host in brackets; `unix` where there is no port. */
export function formatEndpoint(host: string | undefined, port: number | undefined): Endpoint {
  if (host === undefined || port === undefined) return 'unix';
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Formats a `struct sockaddr` of Linux as {@link formatEndpoint} formats what `net` reports. */
export function endpointOf(address: Uint8Array): Endpoint {
  const view = new DataView(address.buffer, address.byteOffset, address.length);
  const family = view.getUint16(0, LITTLE_ENDIAN);
  // Most clients, so without an array or a look at what kind of address it is.
  if (family === AF_INET) {
    return `${address[4]}.${address[5]}.${address[6]}.${address[7]}:${view.getUint16(2)}`;
  }
  if (family === AF_INET6) {
    const groups = Array.from({ length: 8 }, (_, i) => view.getUint16(8 + 2 * i).toString(16));
    // URL's parser writes IPv6 addresses in their canonical, short form.
    const host = new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
    return formatEndpoint(mapped(host, address), view.getUint16(2));
  }
  return 'unix';
}

/** An IPv4 client of a dual-stack listener is `::ffff:127.0.0.1`, as `net` writes it. */
function mapped(host: string, address: Uint8Array): string {
  return host.startsWith('::ffff:') ? `::ffff:${address.subarray(20, 24).join('.')}` : host;
}

/**
 * What counts as one address where clients are limited: an IPv4 address, or the /64 of an IPv6
 * address, since a client with one IPv6 address has all of its /64.
 * @param host without a port; an IPv6 address may be in brackets
 */
export function networkOf(host: string): string {
  if (!host.includes(':')) return host;
  const [plain = ''] = host.replace(/^\[|\]$/g, '').split('%');
  if (plain.startsWith(MAPPED) && plain.includes('.')) return plain.slice(MAPPED.length);
  const [head = '', tail] = plain.split('::');
  const [left, right] = [groupsOf(head), groupsOf(tail ?? '')];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** An IPv4 address in the form of IPv6, as a dual-stack socket reports it. */
const MAPPED = '::ffff:';

function groupsOf(text: string): string[] {
  return text.split(':').filter((group) => group !== '');
}
