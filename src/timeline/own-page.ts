/**
 * The mark in the head of every page of this program, by which `handoff timeline` knows a file that
 * it may replace without being asked. Main thread of the command.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { StartError } from '../base/errors.js';
import { fileError } from '../base/part-file.js';
import { printable } from '../base/printable.js';

/** An element for the head of a page; it stands in the first {@link HEAD_BYTES}. */
export const GENERATOR = '<meta name="generator" content="handoff timeline">';

const HEAD_BYTES = 1024;

/**
 * Checks that a path is free, or has a page of this program.
 * @throws StartError in one line, if another file has the path, or it cannot be read
 */
export function checkReplaceable(path: string): void {
  if (headOf(path)?.includes(GENERATOR) ?? true) return;
  throw new StartError(
    `${printable(path)} exists and is not a timeline; name the page with -o, or remove the file`,
  );
}

/** Returns the first bytes of a file; undefined if there is none. */
function headOf(path: string): string | undefined {
  const head = Buffer.alloc(HEAD_BYTES);
  try {
    const fd = openSync(path, 'r');
    try {
      return head.toString('latin1', 0, readSync(fd, head));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileError('read', path, error);
  }
}
