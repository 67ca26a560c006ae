/**
 * Finds and opens the file of a path, if it is below the root once all links are followed. Paths
 * are compared only after they are resolved, and checked again after opening, since a link may
 * change in between. Paths are strings with one byte a character, as in target.ts.
 */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
  type Stats,
} from 'node:fs';
import { join, relative, sep } from 'node:path';
import { FileStamp } from '../../base/file-stamp.js';
import { refusal, type Refusal } from './request.js';
import { asBytes, isHidden, type TargetPath } from './target.js';

export interface FoundFile {
  readonly kind: 'file';
  /** The requested path with its links: a later stat follows them again. */
  readonly path: string;
  /** Open for reading. The caller closes it. */
  readonly fd: number;
  readonly stats: Stats;
  /** Taken before `stats`, so that it does not vouch for a later version. */
  readonly stamp: FileStamp | undefined;
}

export interface FoundFolder {
  readonly kind: 'folder';
  /** The path with all links followed. */
  readonly path: string;
  /** Open for reading. The caller closes it. */
  readonly fd: number;
}

/** A folder that was asked for like a file. */
interface Slashless {
  readonly kind: 'slashless';
}

/** O_NONBLOCK keeps a pipe from blocking the thread: the path may become one after its stat. */
const OPEN_FLAGS =
  constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | constants.O_NOFOLLOW;
const OPEN_FOLDER_FLAGS = OPEN_FLAGS | constants.O_DIRECTORY;

const INDEX = 'index.html';
const IS_LINUX = process.platform === 'linux';

/**
 * Resolves a path: a file or a folder without an index, opened; a folder without its slash; or a
 * refusal.
 * @param root an absolute path, one byte a character
 * @throws any error that is not the file system's
 */
export function resolve(
  root: string,
  { names, isFolder }: TargetPath,
): FoundFile | FoundFolder | Slashless | Refusal {
  try {
    const realRoot = realPathOf(root);
    const path = join(root, ...names);
    const real = realPathOf(path);
    if (!isBelow(realRoot, real)) return refusal(403, 'this leads out of the root');
    const stats = statSync(asBytes(real));
    if (!stats.isDirectory()) return isFolder ? noSuchFile() : open(realRoot, path, real, stats);
    if (!isFolder) return { kind: 'slashless' };
    const index = resolve(root, { kind: 'path', names: [...names, INDEX], isFolder: false });
    if (index.kind === 'file' || (index.kind === 'refusal' && index.status !== 404)) return index;
    return openFolder(realRoot, real);
  } catch (error) {
    return refusalFor(error as NodeJS.ErrnoException);
  }
}

/**
 * The refusal for an error of the file system.
 * @throws any other error
 */
export function refusalFor(error: NodeJS.ErrnoException): Refusal {
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENAMETOOLONG':
      return noSuchFile();
    case 'ELOOP':
    case 'EACCES':
    case 'EPERM':
      return refusal(403, 'this may not be read');
    case 'EMFILE':
    case 'ENFILE':
      return refusal(503, 'too many files are open');
    case undefined:
      throw error;
    default:
      return refusal(500, 'this cannot be read');
  }
}

function open(realRoot: string, path: string, real: string, expected: Stats): FoundFile | Refusal {
  if (!expected.isFile()) return refusal(403, 'this is no ordinary file');
  const fd = openSync(asBytes(real), OPEN_FLAGS);
  try {
    const stamp = FileStamp.of(fd, path, { real, root: realRoot });
    const stats = fstatSync(fd);
    if (isSameFile(stats, expected) && isBelow(realRoot, whereIs(fd, real))) {
      return { kind: 'file', path, fd, stats, stamp };
    }
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  closeSync(fd);
  return noSuchFile();
}

function openFolder(realRoot: string, path: string): FoundFolder | Refusal {
  const fd = openSync(asBytes(path), OPEN_FOLDER_FLAGS);
  try {
    if (isBelow(realRoot, whereIs(fd, path))) return { kind: 'folder', path, fd };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  closeSync(fd);
  return noSuchFile();
}

/** Where to read the entries of an open folder. Other systems than Linux have only its path. */
export function entriesPath({ path, fd }: FoundFolder): string {
  return IS_LINUX ? `/proc/self/fd/${fd}` : path;
}

/** Whether the entries that were read are those of the open folder. */
export function isStillThere({ path, fd }: FoundFolder): boolean {
  if (IS_LINUX) return true;
  return realPathOf(path) === path && isSameFile(statSync(asBytes(path)), fstatSync(fd));
}

function isSameFile(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

/** The path of an open file, where the system reports it. */
function whereIs(fd: number, path: string): string {
  return IS_LINUX ? readlinkSync(`/proc/self/fd/${fd}`, 'latin1') : realPathOf(path);
}

function realPathOf(path: string): string {
  return realpathSync.native(asBytes(path), 'latin1');
}

/**
 * Whether a path is below the root. No name on the way may be hidden, since a link might lead to
 * one.
 */
function isBelow(root: string, path: string): boolean {
  if (path === root) return true;
  if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) return false;
  return !relative(root, path).split(sep).some(isHidden);
}

function noSuchFile(): Refusal {
  return refusal(404, 'there is no such file');
}
