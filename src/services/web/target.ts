/**
 * From a request's target to the names of the path to a file: decoded once, dots resolved, without
 * characters that the file system might interpret. Pure text: resolve.ts finds the file.
 */
import { refusal, type Refusal } from './request.js';

export interface TargetPath {
  readonly kind: 'path';
  /** The names below the root. */
  readonly names: readonly string[];
  /** Whether the target ends in a slash or in dots. */
  readonly isFolder: boolean;
}

const VISIBLE = /^[\x21-\x7e\x80-\xff]+$/;
const ABSOLUTE = /^https?:\/\/[^/]+(\/.*)?$/i;

/**
 * Parses a target.
 * @param target without its query
 */
export function parseTarget(target: string): TargetPath | Refusal {
  if (!VISIBLE.test(target) || target.includes('#'))
    return refusal(400, 'the target has a character it must not have');
  const path = target.startsWith('/') ? target : absolutePath(target);
  if (path === undefined) return refusal(400, 'the target is no path');
  const names: string[] = [];
  const parts = path.slice(1).split('/');
  let last = '';
  for (const part of parts) {
    const name = decode(part);
    if (name === undefined) return refusal(400, 'the target is not UTF-8 in percent-encoding');
    if (/[\0\\]/.test(name)) return refusal(400, 'the target has a character it must not have');
    if (name.includes('/')) return refusal(404, 'no name of a file has a slash in it');
    last = name;
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else if (names.pop() === undefined) return refusal(403, 'nothing above the root is served');
  }
  if (names.some(isHidden)) return refusal(404, 'there is no such file');
  return { kind: 'path', names, isFolder: last === '' || last === '.' || last === '..' };
}

/**
 * Names that begin with a dot hold what is not meant to be published, such as `.git` and `.env`. An
 * exception is `.well-known` (RFC 8615).
 */
export function isHidden(name: string): boolean {
  return name.startsWith('.') && name !== '.well-known';
}

/**
 * The reverse: a path that begins with exactly one slash, since browsers take the first name after
 * two for a host.
 */
export function pathOf(names: readonly string[], isFolder: boolean): string {
  const path = names.map((name) => `/${encodeName(name)}`).join('');
  return isFolder ? `${path}/` : path;
}

export function encodeName(name: string): string {
  return encodeURIComponent(name);
}

function absolutePath(target: string): string | undefined {
  const match = ABSOLUTE.exec(target);
  return match ? (match[1] ?? '/') : undefined;
}

/** Decodes a name. Bytes that the client did not encode are one character each here. */
function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(
      part.replace(
        /[\x80-\xff]/g,
        (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`,
      ),
    );
  } catch {
    return undefined;
  }
}
