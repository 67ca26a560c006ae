/**
 * Why a local file cannot be read or written, in the words of all messages. Pure; used on every
 * thread, so that it imports nothing. part-file.ts makes the usual message of it.
 */

/**
 * @param absent what there is not, if the path leads nowhere
 * @returns the message of the error itself, if there are no words for it
 */
export function fileReason(error: unknown, absent: 'file' | 'directory'): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    ENOENT: `there is no such ${absent}`,
    ENOTDIR: 'there is no such directory',
    EEXIST: 'it is no directory',
    EISDIR: 'it is a directory',
    EACCES: 'no permission',
    EPERM: 'no permission',
    EROFS: 'the file system is read-only',
    ENOSPC: 'no space left',
    ENAMETOOLONG: 'the name is too long',
    ENXIO: 'no program reads from it',
  };
  return reasons[code] ?? message;
}
