/**
 * The address of a server that is loaded over the network, and the rule for it: a load is sent to
 * this machine only, unless the user says that it may go to another. For `handoff bench --server`
 * and `handoff load`, in the runner's process.
 */
import { lookup } from 'node:dns/promises';
import { StartError, UsageError } from '../../src/base/errors.js';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** An address that the load process can connect to. */
export interface ResolvedAddress extends Address {
  /** IPv4, as the load process knows no other. */
  readonly ip: string;
}

const MOST_PORT = 65_535;

/**
 * Parses `host:port`, or only a port.
 * @param place for messages, such as `--server`
 * @throws UsageError for anything else
 */
export function parseAddress(text: string, place: string): Address {
  const [, host = '127.0.0.1', port = ''] = /^(?:([^:[\]/\s]+):)?(\d{1,5})$/.exec(text) ?? [];
  if (port !== '' && Number(port) > 0 && Number(port) <= MOST_PORT)
    return { host, port: Number(port) };
  const note = text.includes('[') || text.includes('::') ? '; IPv6 is not supported' : '';
  throw new UsageError(`${place} takes host:port, not ${JSON.stringify(text)}${note}`);
}

/**
 * Finds the IPv4 address of the host. Warns on standard error about another machine.
 * @throws UsageError for another machine without `--remote`; StartError for an unknown name
 */
export async function resolveAddress(
  { host, port }: Address,
  { isRemoteAllowed }: { readonly isRemoteAllowed: boolean },
): Promise<ResolvedAddress> {
  const ip = await lookup(host, { family: 4 }).then(
    ({ address }) => address,
    (cause: unknown) => {
      throw new StartError(`no IPv4 address of ${host} is known`, { cause });
    },
  );
  if (ip.startsWith('127.')) return { host, port, ip };
  if (!isRemoteAllowed) {
    throw new UsageError(
      `${host}:${port} is not on loopback. A load may overwhelm a machine and its network: give ` +
        '--remote if the owner of both has agreed',
    );
  }
  process.stderr.write(
    `handoff: loading ${host}:${port} (${ip}). Do so only with the permission of its owner and of ` +
      'the networks on the way.\n',
  );
  return { host, port, ip };
}
