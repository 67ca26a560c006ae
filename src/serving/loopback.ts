/** Which addresses only programs of this machine can reach. Main thread, at the start. */
import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** @param address an IP address, as of a listening socket; `0.0.0.0` and `::` are all addresses */
export function isLoopback(address: string): boolean {
  const kind = isIP(address);
  return kind !== 0 && loopback.check(address, kind === 6 ? 'ipv6' : 'ipv4');
}
