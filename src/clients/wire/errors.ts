/** Turns a connection's error into the one line that the user sees. */
import { StartError } from '../../base/errors.js';

/**
 * Describes an error in one line. Returns a StartError unchanged.
 * @param where the server's name, as nameOf returns it (target.ts)
 */
export function connectionError(where: string, error: unknown): StartError {
  if (error instanceof StartError) return error;
  return new StartError(`${where}: ${describe(error as NodeJS.ErrnoException)}`, { cause: error });
}

function describe(error: NodeJS.ErrnoException): string {
  const reasons: Record<string, string> = {
    ECONNREFUSED: 'connection refused; is the server running?',
    ECONNRESET: 'the server reset the connection',
    EPIPE: 'the server closed the connection',
    ENOENT: 'there is no such socket',
    EACCES: 'permission denied',
    ENOTFOUND: 'no such host',
    EAI_AGAIN: 'no such host (the name service did not answer)',
    ETIMEDOUT: 'no answer',
    EHOSTUNREACH: 'the host is unreachable',
    ENETUNREACH: 'the network is unreachable',
  };
  // When every address of a host has failed, Node's message is empty and only the code is set.
  return reasons[error.code ?? ''] ?? (error.message || (error.code ?? 'unknown error'));
}
