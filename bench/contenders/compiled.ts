/**
 * The bench's programs in C: compiled on demand into dist/peers/, by the machine's own compiler if it has one.
 *
 * Used by peers.ts for the servers and by generator-peer.ts for the load generator.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What to start, or what is missing for it. */
export type Command = { readonly argv: readonly [string, ...string[]] } | { readonly missing: string };

/** Where the peers' sources are, seen from dist/bench/peers/. */
export const SOURCES = fileURLToPath(new URL('../../../bench/peers/', import.meta.url));
const BINARIES = fileURLToPath(new URL('../../peers/', import.meta.url));

/** Compiles the program if that has not been done since its source changed. */
export function compiled(source: string): Command {
  const from = join(SOURCES, source);
  const binary = join(BINARIES, source.replace(/\.c$/, ''));
  const builtMs = statSync(binary, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (builtMs >= statSync(from).mtimeMs) return { argv: [binary] };
  // Renamed into place when whole: a test and a bench may compile at the same time.
  const unfinished = `${binary}.${process.pid}`;
  mkdirSync(dirname(binary), { recursive: true });
  const cc = spawnSync('cc', ['-O2', '-pthread', '-o', unfinished, from], { encoding: 'utf8' });
  if (cc.error !== undefined) return { missing: 'no C compiler (cc)' };
  if (cc.status !== 0)
    return { missing: `cc cannot compile ${source}: ${cc.stderr.trim().split('\n')[0] ?? ''}` };
  renameSync(unfinished, binary);
  return { argv: [binary] };
}
