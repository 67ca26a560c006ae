/**
 * From a request's target to the names on the way to a file: decoded once, dots resolved, nothing in it that the file
 * system might read otherwise. Pure text; whether there is such a file, and where it leads, is resolve.ts's.
 */
import { refusal, type Refusal } from './request.js';

export interface TargetPath {
  readonly kind: 'path';
  /** The names below the root. */
  readonly names: readonly string[];
  /** It ends in a slash, or in dots. */
  readonly isFolder: boolean;
}

const VISIBLE = /^[\x21-\x7e\x80-\xff]+$/;
const ABSOLUTE = /^https?:\/\/[^/]+(\/.*)?$/i;

/** @param target without its query */
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

/** Names with a dot in front hold what was not meant to be published: `.git`, `.env`. `.well-known` is (RFC 8615). */
export function isHidden(name: string): boolean {
  return name.startsWith('.') && name !== '.well-known';
}

/** The other way: a path that begins with one slash, so that no browser takes its first name for a host. */
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

/** What a client sent unencoded, as some do, is one byte a character here. */
function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(
      part.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`),
    );
  } catch {
    return undefined;
  }
}
