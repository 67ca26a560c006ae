/**
 * The class exercise of document 003, where every machine is server and client at once: fetches one named file from
 * every peer, into one folder. Serving is the caller's part, and comes first. Main thread of the client.
 *
 * Peers are started one after the other, so one that is not there yet is asked again, less and less often. Two that
 * fetch from each other must not end as soon as they have what they want: see `lingerMs` in cli/peer.ts.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError, UsageError } from '../../base/errors.js';
import { fetchUrl, type Fetched } from './fetch.js';
import { targetOf } from './request.js';
import { FileError, PartFile } from '../../base/part-file.js';
import { nameOf } from '../wire/target.js';
import { quoted } from '../../base/printable.js';

/** One file of one peer. */
interface Wanted {
  /** `host:port`, as it was given. */
  readonly peer: string;
  readonly url: URL;
  /** Where the file goes. */
  readonly path: string;
}

interface PeerSettings {
  /** How often a peer is asked at most. */
  readonly tries: number;
  /** The first pause between two tries; each is longer than the one before. */
  readonly waitMs: number;
  /** No pause is longer, so whoever lingers longer than this is found. */
  readonly maxWaitMs: number;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** One line about a peer whose file has come, and about one that makes trouble. */
  readonly onArrival: (line: string) => void;
  readonly report: (line: string) => void;
}

/** Peers that are asked at the same time. */
const MAX_PEERS = 256;
const MAX_REDIRECTIONS = 5;
const BACKOFF_FACTOR = 1.5;

/**
 * What to fetch from whom, and under which names: `host_port-file`.
 * @throws UsageError for what is no `host:port`, or when two peers would write the same file
 */
export function wantedFrom(
  peers: readonly string[],
  defaultPort: number,
  file: string,
  into: string,
): Wanted[] {
  const segments = file.split('/');
  if (segments.some((segment) => ['', '.', '..'].includes(segment))) {
    throw new UsageError(`--file ${quoted(file)} is no path below a peer's folder`);
  }
  if (peers.length > MAX_PEERS)
    throw new UsageError(`${peers.length} peers; at most ${MAX_PEERS} can be asked`);
  const path = segments.map((segment) => encodeURIComponent(segment)).join('/');
  const wanted = peers.map((peer) => {
    const { host, port } = addressOf(peer, defaultPort);
    const name = fileNameOf(`${host.replace(/^\[|\]$/g, '').toLowerCase()}_${port}-${file}`);
    return { peer, url: new URL(`http://${host}:${port}/${path}`), path: join(into, name) };
  });
  const seen = new Set<string>();
  for (const { peer, path: name } of wanted) {
    if (seen.has(name)) throw new UsageError(`${quoted(peer)} is given twice`);
    seen.add(name);
  }
  return wanted;
}

/**
 * Fetches from all peers at the same time. What has arrived is there whole; nothing is left of what has not.
 * @returns how many files have arrived
 */
export async function fetchFromAll(wanted: readonly Wanted[], settings: PeerSettings): Promise<number> {
  const arrived = await Promise.all(wanted.map((one) => fetchFromPeer(one, settings)));
  return arrived.filter(Boolean).length;
}

async function fetchFromPeer(wanted: Wanted, settings: PeerSettings): Promise<boolean> {
  const { peer, path } = wanted;
  const { tries, report } = settings;
  let waitMs = settings.waitMs;
  let reported: string | undefined;
  for (let attempt = 1; ; attempt++) {
    const fetched = await fetchOnce(wanted, settings);
    if (fetched.complete) {
      settings.onArrival(`${peer}: ${fetched.bytes} bytes in ${path}`);
      return true;
    }
    const { isTemporary, why } = fetched;
    if (!isTemporary || attempt === tries) {
      report(`${peer}: given up after ${attempt} ${attempt === 1 ? 'try' : 'tries'}: ${why}`);
      return false;
    }
    // The same reason is not told over and over.
    if (why !== reported) report(`${peer}: ${why}; trying again`);
    reported = why;
    await sleep(waitMs);
    waitMs = Math.min(waitMs * BACKOFF_FACTOR, settings.maxWaitMs);
  }
}

/** Whatever goes wrong is this peer's affair alone. */
async function fetchOnce({ url, path }: Wanted, { timeoutMs, maxBytes }: PeerSettings): Promise<Fetched> {
  const file = new PartFile(path);
  try {
    const fetched = await fetchUrl(url, file, { timeoutMs, maxBytes, redirects: MAX_REDIRECTIONS });
    if (fetched.complete) await file.commit();
    return fetched.complete ? fetched : { ...fetched, why: withoutPeer(url, fetched.why) };
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return {
      complete: false,
      isTemporary: !(error instanceof FileError),
      why: withoutPeer(url, error.message),
    };
  } finally {
    await file.discard();
  }
}

/** The peer is named before it already; another server, to which it has redirected, stays. */
function withoutPeer(url: URL, why: string): string {
  const known = [`${nameOf(targetOf(url))}: `, `${url.href}: `].find((prefix) => why.startsWith(prefix));
  return why.slice(known?.length ?? 0);
}

function addressOf(peer: string, defaultPort: number): { host: string; port: number } {
  const [, host, port = defaultPort] =
    /^(\[[0-9a-f:.]+\]|[^\s:/?#@\\[\]]+)(?::(\d{1,5}))?$/i.exec(peer) ?? [];
  if (host === undefined || !URL.canParse(`http://${host}:${port}/`) || Number(port) === 0) {
    throw new UsageError(`${quoted(peer)} is no host:port`);
  }
  return { host, port: Number(port) };
}

/** Nothing that could lead out of the folder, or astonish a shell. */
function fileNameOf(text: string): string {
  return text.replace(/[^\p{L}\p{N}._-]/gu, '_');
}
