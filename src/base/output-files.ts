/**
 * Makes folders and writes files synchronously, for `handoff peer`, `demo` and `bench`. Any thread.
 * part-file.ts writes a file that exists complete or not at all.
 */
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileError } from './part-file.js';

/**
 * Makes a folder and its parents.
 * @throws FileError in one line
 */
export function makeFolder(path: string): void {
  try {
    makeWithParents(resolve(path));
  } catch (error) {
    throw fileError('write', path, error);
  }
}

/** Node's recursive mkdir never returns in some folders, as in /proc. */
function makeWithParents(path: string): void {
  if (isFolder(path)) return;
  if (dirname(path) !== path) makeWithParents(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have made the folder in the meantime.
    if (!isFolder(path)) throw error;
  }
}

export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** @throws FileError in one line */
export function writeFile(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw fileError('write', path, error);
  }
}
