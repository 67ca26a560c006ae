/**
 * What the socket calls of document 002 tell about a host: gethostname, gethostbyname, gethostbyaddr, getaddrinfo.
 *
 * Node offers getaddrinfo only for addresses: the canonical name is DNS's, or else what a reverse lookup says;
 * types and ports of the records come from services-file.ts. All of it is bounded in time. Main thread of the client.
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
  /** gethostname(): the machine that asks. */
  readonly hostname: string;
  readonly name: string;
  /** gethostbyname(): the first IPv4 address; undefined where there is none. */
  readonly address: string | undefined;
  readonly canonical: { readonly name: string; readonly source: CanonicalSource };
  /** gethostbyaddr(): the names of each address; none where the name service knows none. */
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
 * @param name a name or an address
 * @param service a name from the services file or a port number; undefined: none, port 0
 * @param timeoutMs for all of it. When the addresses are known and other answers are late, they are left out
 * @throws StartError in one line, when there are no such host or service, or no answer in time
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
    ...addresses.map(async (address) => ({ address, names: await namesOf(resolver, address, deadline) })),
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

/** DNS knows nothing of these, but may take long to say so. */
function isLocal(name: string): boolean {
  return !name.includes('.') || name === hostname() || /(^|\.)localhost\.?$/i.test(name);
}

/** An alias may stand for another one. */
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

/** getnameinfo's name is the system's own, and comes first; then those that the resolver adds. */
async function namesOf(resolver: Resolver, address: string, deadline: AbortSignal): Promise<string[]> {
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

/** A name in DNS that is no alias is canonical itself, whatever its address is called. */
function canonicalName(
  name: string,
  cname: string | undefined,
  reverse: readonly string[],
): HostInfo['canonical'] {
  if (cname !== undefined) return { name: cname, source: 'DNS (CNAME)' };
  const [first] = reverse;
  if (first === undefined) return { name, source: 'as given' };
  // Several names may share an address: the one that was asked for is as good as any of them.
  const itself = reverse.find((known) => known.toLowerCase() === name.toLowerCase());
  return { name: itself ?? first, source: 'reverse lookup' };
}

/** The system's calls cannot be cancelled: whoever has waited long enough goes on without them. */
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
    EINVAL: 'no possible host name (EINVAL)',
  };
  const reason = kind === 'TimeoutError' ? `no answer within ${timeoutMs} ms` : (reasons[code] ?? message);
  return new StartError(`${printable(name)}: ${reason}`, { cause: error });
}
