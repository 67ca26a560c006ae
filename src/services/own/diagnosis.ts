/**
 * Says in one line why a user's module cannot be loaded, with file, line and column. Main thread, or
 * a client thread whose module changed.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { statsOf } from '../../base/stats.js';

/** The first Node that runs TypeScript without a flag. */
const TYPESCRIPT_SINCE = '22.18';
const TYPESCRIPT = /\.[cm]?ts$/;
/** `node --check` takes some 50 ms. */
const CHECK_MS = 5000;

/** @returns why this Node cannot run the module at all; undefined if it can */
export function obstacleOf(module: string): string | undefined {
  const path = fileURLToPath(module);
  const existing = statsOf(path);
  if (!existing) return 'there is no such file';
  if (existing.isDirectory()) return "it is a folder, not a service's file";
  return typeScriptObstacle(path);
}

/** @returns why this Node cannot run a file of this name; undefined if it can */
export function typeScriptObstacle(path: string): string | undefined {
  if (!TYPESCRIPT.test(path) || hasTypeScript()) return undefined;
  return (
    `Node ${process.versions.node} does not run TypeScript: use Node ${TYPESCRIPT_SINCE} or newer, ` +
    'or compile the file to JavaScript and serve that'
  );
}

function hasTypeScript(): boolean {
  const { typescript } = process.features as { typescript?: string | false };
  return typeof typescript === 'string';
}

/**
 * @param module the URL of the module
 * @param error what its import threw
 * @returns for example `/home/ann/mine.js:3:18: SyntaxError: Unexpected token '='`
 */
export function placedMessage(module: string, error: unknown): string {
  const path = fileURLToPath(module);
  const [message = ''] = String(error).split('\n');
  const place = error instanceof Error ? placeIn(error, path) : undefined;
  return `${place ?? path}: ${message}`;
}

function placeIn(error: Error, path: string): string | undefined {
  const stack = error.stack ?? '';
  return (
    arrowPlace(stack) ??
    framePlace(stack, path) ??
    importPlace(error, path) ??
    syntaxPlace(error, path)
  );
}

/** A stack that begins with the place: `file:///x.js:3`, the line, and a mark below it. */
function arrowPlace(text: string): string | undefined {
  const [head = '', , mark = ''] = text.split('\n');
  const [, where, line] = /^(\/.*|file:.*):(\d+)$/.exec(head) ?? [];
  if (where === undefined) return undefined;
  const column = mark.indexOf('^') + 1;
  return `${plainPath(where)}:${line}${column > 0 ? `:${column}` : ''}`;
}

/** The innermost call in the user's own files. */
function framePlace(stack: string, path: string): string | undefined {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  for (const frame of stack.split('\n').slice(1)) {
    // `    at name (file:///x.js:1:2)`, or without a name.
    const parts =
      frame
        .split(/\(|^ *at /)
        .at(-1)
        ?.replace(')', '')
        .split(':') ?? [];
    const [line, column] = parts.splice(-2);
    const where = parts.join(':');
    if (column === undefined || !/^(?:file:)?\//.test(where)) continue;
    const plain = plainPath(where);
    if (plain.startsWith(folder)) return `${plain}:${line}:${column}`;
  }
  return undefined;
}

/** Where the file imports the module that the error names. */
function importPlace({ message }: Error, path: string): string | undefined {
  const [, missing] =
    /^(?:Cannot find (?:module|package)|The requested module) '([^']+)'/.exec(message) ?? [];
  if (missing === undefined) return undefined;
  const name = basename(missing);
  for (const [index, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    const column = line.search(/['"]/) + 1;
    if (column > 0 && line.includes(name)) return `${path}:${index + 1}:${column}`;
  }
  return undefined;
}

/** Node keeps the place of a syntax error to itself, except where it checks a file. */
function syntaxPlace(error: Error, path: string): string | undefined {
  if (error.name !== 'SyntaxError') return undefined;
  const options = { encoding: 'utf8', timeout: CHECK_MS } as const;
  // From standard input, where it can be said that the text is a module.
  const { stderr } = TYPESCRIPT.test(path)
    ? spawnSync(process.execPath, ['--check', path], options)
    : spawnSync(process.execPath, ['--check', `--input-type=${typeOf(path)}`], {
        ...options,
        input: readFileSync(path),
      });
  return arrowPlace(stderr.replace(/^\[stdin\]/, path));
}

const typeOf = (path: string) => (path.endsWith('.cjs') ? 'commonjs' : 'module');

function plainPath(where: string): string {
  return where.startsWith('file:') ? fileURLToPath(new URL(where)) : where;
}
