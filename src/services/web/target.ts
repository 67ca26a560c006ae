/**
 * From a request's target to the names of the path to a file: decoded once, dots resolved, without
 * characters that the file system might interpret. Pure text: resolve.ts finds the file.
 *
 * A name of a file is bytes, and need not be UTF-8. Names and paths here are strings with one byte
 * a character.
 */
import { refusal, type Refusal } from './request.js';

export interface TargetPath {
  readonly kind: 'path';
  /** The names below the root, one byte a character. */
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
    if (name === undefined) return refusal(400, 'the target has a percent sign without two digits');
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

/** As `encodeURIComponent` encodes a name that is UTF-8. */
export function encodeName(name: string): string {
  return name.replace(/[^\w\-.!~*'()]/g, (byte) => `%${hexOf(byte).toUpperCase()}`);
}

/** A name or path for the file system. */
export function asBytes(path: string): Buffer {
  return Buffer.from(path, 'latin1');
}

/** The reverse of {@link textOf}. */
export function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** The text of a name or path, for a page. Invalid bytes become U+FFFD. */
export function textOf(name: string): string {
  return asBytes(name).toString();
}

function hexOf(byte: string): string {
  return byte.charCodeAt(0).toString(16).padStart(2, '0');
}

function absolutePath(target: string): string | undefined {
  const match = ABSOLUTE.exec(target);
  return match ? (match[1] ?? '/') : undefined;
}

/** Decodes a name. Bytes that the client did not encode are one character each here, too. */
function decode(part: string): string | undefined {
  if (!part.includes('%')) return part;
  if (/%(?![\da-f]{2})/i.test(part)) return undefined;
  return part.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
