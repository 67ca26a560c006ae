/**
 * Addresses to listen on, for both transports and the admin socket, and the errors of listening.
 * Main thread.
 */
import { existsSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { formatEndpoint } from '../connection/endpoint.js';
import { StartError } from '../base/errors.js';
import { linkStatsOf } from '../base/stats.js';

/** A host and port (0: any free one), or the path of a Unix-domain socket. */
export type ListenAddress =
  | { readonly host: string; readonly port: number }
  | { readonly path: string };

/**
 * Removes a socket file on which no server answers.
 * @throws StartError when a server answers there, or the file cannot be removed
 */
export async function removeStaleSocket(path: string): Promise<void> {
  const code = await new Promise<string | undefined>((resolve) => {
    const probe = connect(path, () => {
      probe.destroy();
      resolve(undefined);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
  if (code === undefined)
    throw new StartError(`cannot listen on ${path}: another server answers there`);
  if (code !== 'ECONNREFUSED') return;
  try {
    // A plain file refuses connections too, and must not be removed.
    if (linkStatsOf(path)?.isSocket()) rmSync(path, { force: true });
  } catch (error) {
    throw startError({ path }, error as NodeJS.ErrnoException);
  }
}

/**
 * The error of listening on an address, in one line.
 * @param option gives another port
 */
export function startError(
  address: ListenAddress,
  error: NodeJS.ErrnoException,
  option: 'port' | 'metrics' = 'port',
): StartError {
  const where = 'path' in address ? address.path : formatEndpoint(address.host, address.port);
  const reasons: Record<string, string> = {
    EADDRINUSE: `the address is in use; choose another with --${option}`,
    EACCES: 'no permission',
    EPERM: 'no permission',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'no such host',
    EAI_AGAIN: 'no such host (the name service did not answer)',
    ENOENT: 'no such directory',
    EINVAL: 'not a usable address',
  };
  // libuv reports a missing directory as EACCES.
  const lost = 'path' in address && error.code === 'EACCES' && !existsSync(dirname(address.path));
  const reason =
    'path' in address && error.code === 'EADDRINUSE'
      ? whyInUse(address.path)
      : (reasons[lost ? 'ENOENT' : (error.code ?? '')] ?? error.message);
  return new StartError(`cannot listen on ${where}: ${reason}`, { cause: error });
}

/** A file of any kind keeps a server from listening at its path. */
function whyInUse(path: string): string {
  const existing = linkStatsOf(path);
  if (!existing || existing.isSocket()) return 'the address is in use';
  return `it is a ${existing.isDirectory() ? 'folder' : 'file'}, not a socket`;
}
