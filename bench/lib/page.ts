/**
 * The page that the scenario web asks for: a file of 1,024 bytes in www/, served from there or from memory.
 *
 * Known to the generator, which compares every answer with it, to the servers' command lines, and to bare-http.ts.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** From dist/bench/. */
export const WEB_ROOT = fileURLToPath(new URL('../../../bench/lib/www/', import.meta.url));
export const PAGE_PATH = '/kilobyte.html';
export const PAGE_BYTES = 1024;

export function readPage(): Buffer {
  const page = readFileSync(join(WEB_ROOT, PAGE_PATH));
  if (page.length !== PAGE_BYTES) throw new Error(`${PAGE_PATH} has ${page.length} bytes, not ${PAGE_BYTES}`);
  return page;
}
