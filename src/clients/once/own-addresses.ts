/**
 * The addresses of this machine's interfaces, and the one that others should use. Main thread of
 * the client. A look-up of the machine's own name may return 127.0.1.1, which only itself can use.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';

interface OwnAddress {
  readonly interface: string;
  readonly family: 'AF_INET' | 'AF_INET6';
  readonly address: string;
  /** From where it can be reached: an address of one link needs the interface's name behind a %. */
  readonly reach: 'this machine' | 'its link' | 'its network';
}

export interface OwnAddresses {
  readonly addresses: readonly OwnAddress[];
  /** Undefined: only this machine itself can connect. */
  readonly forOthers: string | undefined;
}

const LINK_LOCAL = /^(fe[89ab].:|169\.254\.)/i;
/** Addresses of documentation networks (RFC 5737, 3849): in use nowhere, so routed by default. */
const ELSEWHERE = ['192.0.2.1', '2001:db8::1'];

export async function ownAddresses(): Promise<OwnAddresses> {
  const addresses = Object.entries(networkInterfaces()).flatMap(([name, infos = []]) =>
    infos.map(({ address, family, internal }): OwnAddress => ({
      interface: name,
      family: family === 'IPv6' ? 'AF_INET6' : 'AF_INET',
      address,
      reach: internal ? 'this machine' : LINK_LOCAL.test(address) ? 'its link' : 'its network',
    })),
  );
  return { addresses, forOthers: await addressForOthers(addresses) };
}

/** The address of the default route, or else the first that a network reaches. */
async function addressForOthers(addresses: readonly OwnAddress[]): Promise<string | undefined> {
  const reached = addresses.filter(({ reach }) => reach === 'its network');
  for (const destination of ELSEWHERE) {
    const source = await sourceTowards(destination);
    if (reached.some(({ address }) => address === source)) return source;
  }
  return reached[0]?.address;
}

/** The kernel chooses the source address when a UDP socket is connected. That sends nothing. */
async function sourceTowards(destination: string): Promise<string | undefined> {
  const socket = createSocket(isIPv6(destination) ? 'udp6' : 'udp4');
  try {
    socket.connect(9, destination);
    await once(socket, 'connect');
    const { address }: AddressInfo = socket.address();
    return address;
  } catch {
    // No route: there is no such network.
    return undefined;
  } finally {
    socket.close();
  }
}
