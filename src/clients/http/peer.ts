/**
 * The class exercise of document 003, where each machine is both server and client: fetches one
 * named file from every peer, into one folder. The caller serves its own folder first. Main thread
 * of the client.
 *
 * Peers start at different times, so a fetch is retried, at growing intervals. A peer must also
 * keep serving after its own fetches: see `--linger` in cli/peer.ts.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError, UsageError } from '../../base/errors.js';
import { fetchUrl, type Fetched } from './fetch.js';
import { targetOf } from './request.js';
import { FileError, PartFile } from '../../base/part-file.js';
import { nameOf } from '../wire/target.js';
import { quoted } from '../../base/printable.js';

/** The file to fetch from one peer. */
interface Wanted {
  /** `host:port`, as the user gave it. */
  readonly peer: string;
  readonly url: URL;
  /** Path of the local copy. */
  readonly path: string;
}

interface PeerSettings {
  /** Maximum number of tries per peer. */
  readonly tries: number;
  /** Pause before the second try; later pauses grow. */
  readonly waitMs: number;
  /** Longest pause. A peer that serves for longer than this misses no try. */
  readonly maxWaitMs: number;
  /** Idle timeout of a fetch. */
  readonly timeoutMs: number;
  /** Longest accepted file. */
  readonly maxBytes: number;
  /** Receives one line per file that has arrived; `report` receives one line per problem. */
  readonly onArrival: (line: string) => Promise<void>;
  readonly report: (line: string) => void;
}

/** Bound on peers, since all are fetched from at the same time. */
const MAX_PEERS = 256;
const MAX_REDIRECTIONS = 5;
const BACKOFF_FACTOR = 1.5;

/**
 * Returns the file to fetch from each peer. The local copy is named `host_port-file`.
 * @param peers each `host` or `host:port`
 * @param into folder for the local copies
 * @throws UsageError for a bad address or file path, too many peers, or a peer given twice
 */
export function wantedFrom(
  peers: readonly string[],
  defaultPort: number,
  file: string,
  into: string,
): Wanted[] {
  const segments = file.split('/');
  if (segments.some((segment) => ['', '.', '..'].includes(segment))) {
    throw new UsageError(`--file ${quoted(file)} is not a path below a peer's folder`);
  }
  if (peers.length > MAX_PEERS)
    throw new UsageError(`${peers.length} peers; the maximum is ${MAX_PEERS}`);
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
 * Fetches from all peers at the same time. A failed fetch leaves no partial file.
 * @returns the number of files that have arrived
 */
export async function fetchFromAll(
  wanted: readonly Wanted[],
  settings: PeerSettings,
): Promise<number> {
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
      await settings.onArrival(`${peer}: ${fetched.bytes} bytes in ${path}`);
      return true;
    }
    const { isTemporary, why } = fetched;
    if (!isTemporary || attempt === tries) {
      report(`${peer}: failed after ${attempt} ${attempt === 1 ? 'try' : 'tries'}: ${why}`);
      return false;
    }
    // Report a reason only when it changes.
    if (why !== reported) report(`${peer}: ${why}; trying again`);
    reported = why;
    await sleep(waitMs);
    waitMs = Math.min(waitMs * BACKOFF_FACTOR, settings.maxWaitMs);
  }
}

/** Fetches once. A failure affects this peer only. */
async function fetchOnce(
  { url, path }: Wanted,
  { timeoutMs, maxBytes }: PeerSettings,
): Promise<Fetched> {
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

/**
 * Removes the peer's own name, which the line already begins with. A redirection's target stays.
 */
function withoutPeer(url: URL, why: string): string {
  const known = [`${nameOf(targetOf(url))}: `, `${url.href}: `].find((prefix) =>
    why.startsWith(prefix),
  );
  return why.slice(known?.length ?? 0);
}

function addressOf(peer: string, defaultPort: number): { host: string; port: number } {
  const [, host, port = defaultPort] =
    /^(\[[0-9a-f:.]+\]|[^\s:/?#@\\[\]]+)(?::(\d{1,5}))?$/i.exec(peer) ?? [];
  if (host === undefined || !URL.canParse(`http://${host}:${port}/`) || Number(port) === 0) {
    throw new UsageError(`${quoted(peer)} is not a host:port`);
  }
  return { host, port: Number(port) };
}

/** Replaces characters that could leave the folder or have a meaning for a shell. */
function fileNameOf(text: string): string {
  return text.replace(/[^\p{L}\p{N}._-]/gu, '_');
}
