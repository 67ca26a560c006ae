/**
 * The page that the scenario web requests: a file of 1,024 bytes in www/.
 *
 * The load process compares every answer with it. Servers serve it from the folder, bare-http.ts
 * from memory.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Relative to dist/bench/lib/. */
export const WEB_ROOT = fileURLToPath(new URL('../../../bench/lib/www/', import.meta.url));
export const PAGE_PATH = '/kilobyte.html';
export const PAGE_BYTES = 1024;

/** @throws Error if the file is missing or has another size */
export function readPage(): Buffer {
  const page = readFileSync(join(WEB_ROOT, PAGE_PATH));
  if (page.length !== PAGE_BYTES)
    throw new Error(`${PAGE_PATH} has ${page.length} bytes, not ${PAGE_BYTES}`);
  return page;
}
