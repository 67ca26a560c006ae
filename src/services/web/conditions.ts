/**
 * Conditional requests and ranges (RFC 9110, sections 13 and 14), from clients that have a file, or
 * a part of it, already. Pure functions.
 */
import type { Stats } from 'node:fs';
import type { Fields } from './request.js';

/** How a client recognises a version of a file. */
export interface Validators {
  readonly etag: string;
  /** Milliseconds since 1970, rounded down to a second, as in HTTP. */
  readonly modifiedMs: number;
}

/** The bytes from `start` to before `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The validators of a file. The etag is strong: each change of a file changes its ctime, also if
 * its size and mtime are kept.
 */
export function validatorsOf({ size, mtimeMs, ctimeMs }: Stats): Validators {
  const [time, change] = [mtimeMs, ctimeMs].map((ms) => Math.round(ms * 1000).toString(36));
  return {
    etag: `"${size.toString(36)}-${time ?? ''}-${change ?? ''}"`,
    modifiedMs: Math.floor(Math.min(mtimeMs, Date.now()) / 1000) * 1000,
  };
}

/**
 * Evaluates a request's conditions in the order of RFC 9110, 13.2.2.
 * @returns the status; 200 if all conditions hold
 */
export function checkConditions(fields: Fields, { etag, modifiedMs }: Validators): 200 | 304 | 412 {
  const match = fields['if-match'];
  if (match !== undefined) {
    if (match !== '*' && !tags(match).includes(etag)) return 412;
  } else {
    const unmodifiedSince = parseDate(fields['if-unmodified-since']);
    if (unmodifiedSince !== undefined && modifiedMs > unmodifiedSince) return 412;
  }
  const noneMatch = fields['if-none-match'];
  if (noneMatch !== undefined) {
    return noneMatch === '*' || tags(noneMatch).some((tag) => tag.replace(/^W\//, '') === etag)
      ? 304
      : 200;
  }
  const modifiedSince = parseDate(fields['if-modified-since']);
  return modifiedSince !== undefined && modifiedMs <= modifiedSince ? 304 : 200;
}

/**
 * The part of a file of `size` bytes that a GET asks for.
 * @returns undefined for the whole file: also for several parts, for an invalid field, and if the
 *   client's part is of another version; `none` if no byte is in the range
 */
export function rangeOf(
  fields: Fields,
  size: number,
  validators: Validators,
): ByteRange | 'none' | undefined {
  const [, first, last] = /^bytes=[ \t]*(\d*)-(\d*)$/i.exec(fields.range ?? '') ?? [];
  if (first === undefined || last === undefined || first + last === '') return undefined;
  if (!isOfThisVersion(fields['if-range'], validators)) return undefined;
  if (first === '') return suffix(size, Number(last));
  const start = Number(first);
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  if (last !== '' && Number(last) < start) return undefined;
  // An empty file has no range that an answer could name.
  if (start === 0 && size === 0) return undefined;
  return start < size ? { start, end } : 'none';
}

function suffix(size: number, length: number): ByteRange | 'none' | undefined {
  if (length === 0) return 'none';
  return size === 0 ? undefined : { start: Math.max(size - length, 0), end: size };
}

function isOfThisVersion(ifRange: string | undefined, { etag, modifiedMs }: Validators): boolean {
  return ifRange === undefined || ifRange === etag || parseDate(ifRange) === modifiedMs;
}

function tags(list: string): string[] {
  return list.match(/(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g) ?? [];
}

const IMF_OR_RFC_850 = /^[A-Z][a-z]{2,8}, \d{2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT$/;
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/**
 * Parses HTTP's three forms of a date, in milliseconds; undefined for anything else, which is
 * ignored.
 */
function parseDate(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = IMF_OR_RFC_850.test(text)
    ? Date.parse(text)
    : ASCTIME.test(text)
      ? Date.parse(`${text} GMT`)
      : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
