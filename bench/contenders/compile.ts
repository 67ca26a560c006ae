/**
 * Compiles the bench's C programs on demand into dist/peers/, with the machine's own compiler.
 *
 * Runs in the runner. peers.ts compiles servers with it, generator-peer.ts the load generator in C.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A command line, or the reason why this machine cannot run it. */
export type Command =
  | { readonly argv: readonly [string, ...string[]] }
  | { readonly missing: string };

/** The folder of the peers' sources, relative to dist/bench/contenders/. */
export const PEERS = fileURLToPath(new URL('../../../bench/peers/', import.meta.url));
const BINARIES = fileURLToPath(new URL('../../peers/', import.meta.url));

/**
 * Compiles a program of bench/peers/ unless its binary is newer than its source and all headers.
 */
export function compile(source: string): Command {
  const from = join(PEERS, source);
  const binary = join(BINARIES, source.replace(/\.c$/, ''));
  const headers = readdirSync(PEERS).filter((name) => name.endsWith('.h'));
  const changedMs = Math.max(
    ...[source, ...headers].map((name) => statSync(join(PEERS, name)).mtimeMs),
  );
  const builtMs = statSync(binary, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (builtMs >= changedMs) return { argv: [binary] };
  // The rename is atomic: a test and a bench may compile at the same time.
  const unfinished = `${binary}.${process.pid}`;
  mkdirSync(dirname(binary), { recursive: true });
  const cc = spawnSync('cc', ['-O2', '-pthread', '-o', unfinished, from], { encoding: 'utf8' });
  if (cc.error !== undefined) return { missing: 'no C compiler (cc)' };
  if (cc.status !== 0)
    return { missing: `cc cannot compile ${source}: ${cc.stderr.trim().split('\n')[0] ?? ''}` };
  renameSync(unfinished, binary);
  return { argv: [binary] };
}
