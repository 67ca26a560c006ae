/**
 * Where the compiled program is, and what its threads load. Any thread.
 *
 * Each thread loads its modules anew, and Node takes half a millisecond for each. So `make build`
 * bundles a thread's program and its imports into a few files, and each service. They lie as far
 * below the compiled program as this file, a copy of which is in the bundle: its URL is right in
 * both.
 */
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the compiled program, `dist/`. */
export const COMPILED = new URL('../../', import.meta.url);

/**
 * The path of what a thread loads. Coverage would count every line of a bundle as run, so a process
 * that writes coverage has the file as it was compiled.
 * @param compiled in {@link COMPILED}: `workers/serve-client.js` or `src/services/echo.js`
 */
export function bundled(compiled: string): string {
  const file = process.env['NODE_V8_COVERAGE'] ? compiled : `workers/bundle/${basename(compiled)}`;
  return fileURLToPath(new URL(file, COMPILED));
}
