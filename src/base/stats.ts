/**
 * What kind of file something is that may be a pipe or a socket. Any thread.
 *
 * `bigint` is not for the numbers. The other form of stat leaves its result where Node's
 * realpathSync reads it (nodejs/node#51142): after the stat of a pipe or socket, require() no longer
 * follows symbolic links, and loads a package of a linked node_modules under two names.
 */
import { createRequire } from 'node:module';
import type { BigIntStats } from 'node:fs';

// By require, and called as properties: see log/destination.ts.
const require = createRequire(import.meta.url);
const fs = require('node:fs') as typeof import('node:fs');

const SEPARATE = { bigint: true, throwIfNoEntry: false } as const;

/** @returns undefined if nothing has this path. @throws the error of stat(2) */
export function statsOf(path: string): BigIntStats | undefined {
  return fs.statSync(path, SEPARATE);
}

/** Of a symbolic link itself. @returns undefined if nothing has this path. @throws the error of lstat(2) */
export function linkStatsOf(path: string): BigIntStats | undefined {
  return fs.lstatSync(path, SEPARATE);
}

/** @throws the error of fstat(2) */
export function descriptorStatsOf(fd: number): BigIntStats {
  return fs.fstatSync(fd, { bigint: true });
}
