/**
 * The socket files of this server, which every way out of the process removes. Node removes them in
 * an orderly stop; _exit(2) does not. On the main thread and in workers/watchdog.ts.
 */
import { createRequire } from 'node:module';
import { statsOf } from '../base/stats.js';

// By require: an import of node:fs makes Node load streams in each thread.
const require = createRequire(import.meta.url);
const fs = require('node:fs') as typeof import('node:fs');

export interface SocketFile {
  readonly path: string;
  /** Another server may have replaced the file since. */
  readonly inode: bigint;
}

/** @param paths where this server listens; a path without a file is left out */
export function socketFilesAt(paths: readonly string[]): SocketFile[] {
  return paths.flatMap((path) => {
    const inode = inodeOf(path);
    return inode === undefined ? [] : [{ path, inode }];
  });
}

/** Never throws. */
export function removeSocketFiles(files: readonly SocketFile[]): void {
  for (const { path, inode } of files) {
    if (inodeOf(path) !== inode) continue;
    try {
      fs.unlinkSync(path);
    } catch {
      // The folder may be gone, or not be ours any more: the next server replaces a stale file.
    }
  }
}

function inodeOf(path: string): bigint | undefined {
  return statsOf(path)?.ino;
}
