/**
 * Where the compiled program is, and the programs of its threads. Any thread.
 *
 * Each thread loads its program anew, and Node takes half a millisecond for each module. So `make
 * build` bundles a thread's program and its imports into a few files. They lie as far below the
 * compiled program as this file, a copy of which is in the bundle: its URL is right in both.
 */
import { fileURLToPath } from 'node:url';

/** The folder of the compiled program, `dist/`. */
export const COMPILED = new URL('../../', import.meta.url);

/**
 * The path of a program of workers/, such as `serve-client.js`. Coverage would count every line of a
 * bundle as run, so a process that writes coverage has the program as it was compiled.
 */
export function threadProgram(name: string): string {
  const folder = process.env['NODE_V8_COVERAGE'] ? 'workers' : 'workers/bundle';
  return fileURLToPath(new URL(`${folder}/${name}`, COMPILED));
}
