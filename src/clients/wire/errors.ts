/** What went wrong with a connection of a client, as the one line that its user sees. */
import { StartError } from '../../base/errors.js';

/**
 * @param where the server, as nameOf names it (target.ts)
 * @returns the error itself, if it is one for the user already
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
    EACCES: 'no permission',
    ENOTFOUND: 'no such host',
    EAI_AGAIN: 'no such host (the name service did not answer)',
    ETIMEDOUT: 'no answer',
    EHOSTUNREACH: 'no way to that host',
    ENETUNREACH: 'no way to its network',
  };
  // When every address of a host has failed, only the code says how.
  return reasons[error.code ?? ''] ?? (error.message || (error.code ?? 'unknown error'));
}
