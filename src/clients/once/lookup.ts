/**
 * Looks up a host with the calls of document 002: gethostname, gethostbyname, gethostbyaddr and
 * getaddrinfo. Main thread of the client.
 *
 * Node's getaddrinfo returns only addresses. So the canonical name comes from DNS or from a reverse
 * lookup, and services-file.ts adds socket types and ports. A deadline bounds all lookups.
 */
import { Resolver, lookup, lookupService } from 'node:dns/promises';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { StartError } from '../../base/errors.js';
import { socketTypes, type SocketType } from './services-file.js';
import { printable } from '../../base/printable.js';

export interface AddressRecord extends SocketType {
  readonly family: 'AF_INET' | 'AF_INET6';
  readonly address: string;
}

export interface HostInfo {
  /** gethostname(): the name of this machine. */
  readonly hostname: string;
  readonly name: string;
  /** gethostbyname(): the first IPv4 address; undefined if the host has none. */
  readonly address: string | undefined;
  readonly canonical: { readonly name: string; readonly source: CanonicalSource };
  /** gethostbyaddr(): the names of each address; empty if the name service knows none. */
  readonly reverse: readonly { readonly address: string; readonly names: readonly string[] }[];
  /** getaddrinfo(). */
  readonly records: readonly AddressRecord[];
}

type CanonicalSource = 'DNS (CNAME)' | 'reverse lookup' | 'as given';

interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/**
 * Looks up addresses, names and socket records of a host.
 * @param name a host name or an address
 * @param service a name from the services file, or a port number; undefined: port 0
 * @param timeoutMs bound on all lookups; names that arrive later are left out
 * @throws StartError with a one-line message if the host or the service does not exist, or if the
 * addresses do not arrive in time
 */
export async function lookUp(
  name: string,
  service: string | undefined,
  timeoutMs: number,
): Promise<HostInfo> {
  const types = await socketTypes(service);
  const deadline = AbortSignal.timeout(timeoutMs);
  const found = await abortable(deadline, lookup(name, { all: true, order: 'verbatim' })).catch(
    (error: unknown) => {
      throw lookupError(name, error, timeoutMs);
    },
  );
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  deadline.addEventListener('abort', () => resolver.cancel());
  const addresses = [...new Set(found.map(({ address }) => address))];
  const known = isIP(name) !== 0 || isLocal(name);
  const [cname, ...reverse] = await Promise.all([
    known ? undefined : resolveAliases(resolver, name),
    ...addresses.map(async (address) => ({
      address,
      names: await namesOf(resolver, address, deadline),
    })),
  ]);
  return {
    hostname: hostname(),
    name,
    address: found.find(({ family }) => family === 4)?.address,
    canonical: canonicalName(name, cname, known ? reverse.flatMap(({ names }) => names) : []),
    reverse,
    records: found.flatMap((at) => types.map((type) => recordOf(at, type))),
  };
}

function recordOf({ address, family }: ResolvedAddress, type: SocketType): AddressRecord {
  return { family: family === 6 ? 'AF_INET6' : 'AF_INET', ...type, address };
}

/** DNS does not know these names, and may answer slowly. */
function isLocal(name: string): boolean {
  return !name.includes('.') || name === hostname() || /(^|\.)localhost\.?$/i.test(name);
}

/** An alias may point to another alias. */
const MAX_ALIASES = 8;

async function resolveAliases(resolver: Resolver, name: string): Promise<string | undefined> {
  let last: string | undefined;
  for (let hops = 0; hops < MAX_ALIASES; hops++) {
    const [next] = await resolver.resolveCname(last ?? name).catch((): string[] => []);
    if (next === undefined) break;
    last = next;
  }
  return last;
}

/** Returns the system's name for the address (getnameinfo) first, then the names that DNS adds. */
async function namesOf(
  resolver: Resolver,
  address: string,
  deadline: AbortSignal,
): Promise<string[]> {
  const system = lookupService(address, 0).then(
    ({ hostname }) => [hostname],
    () => [],
  );
  const [first, others] = await Promise.all([
    abortable(deadline, system).catch((): string[] => []),
    resolver.reverse(address).catch((): string[] => []),
  ]);
  return [...new Set([...first, ...others])];
}

/** A name in DNS that is no alias is canonical itself, whatever a reverse lookup returns. */
function canonicalName(
  name: string,
  cname: string | undefined,
  reverse: readonly string[],
): HostInfo['canonical'] {
  if (cname !== undefined) return { name: cname, source: 'DNS (CNAME)' };
  const [first] = reverse;
  if (first === undefined) return { name, source: 'as given' };
  // Several names may share an address: prefer the given one.
  const itself = reverse.find((known) => known.toLowerCase() === name.toLowerCase());
  return { name: itself ?? first, source: 'reverse lookup' };
}

/** Rejects at the deadline. The system's calls cannot be cancelled, so they go on unobserved. */
async function abortable<T>(deadline: AbortSignal, work: Promise<T>): Promise<T> {
  let stop: (() => void) | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    stop = () => reject(deadline.reason as Error);
    if (deadline.aborted) stop();
    else deadline.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    if (stop) deadline.removeEventListener('abort', stop);
  }
}

function lookupError(name: string, error: unknown, timeoutMs: number): StartError {
  const { code = '', message, name: kind } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    ENOTFOUND: 'no such host (ENOTFOUND)',
    EAI_AGAIN: 'the name service did not answer (EAI_AGAIN)',
    EINVAL: 'not a valid host name (EINVAL)',
  };
  const reason =
    kind === 'TimeoutError' ? `no answer within ${timeoutMs} ms` : (reasons[code] ?? message);
  return new StartError(`${printable(name)}: ${reason}`, { cause: error });
}
