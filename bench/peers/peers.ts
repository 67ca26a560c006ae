/**
 * The peers: echo servers of other making that our models are compared with.
 *
 * Each needs a tool that a machine may lack, so each says why it cannot run here. C is compiled on demand into
 * dist/peers/; Python is started by the interpreter's own path, because a pyenv or asdf shim would be the
 * process whose CPU time is measured. Read next: echo-pthread.c.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contender } from '../servers.js';
import { launch } from './child.js';

/** What to start, or what is missing for it. */
type Command = { readonly argv: readonly [string, ...string[]] } | { readonly missing: string };

/** From dist/bench/peers/. */
const SOURCES = fileURLToPath(new URL('../../../bench/peers/', import.meta.url));
const BINARIES = fileURLToPath(new URL('../../peers/', import.meta.url));

/** All peers, in the order in which a table should show them, whether they can run here or not. */
export function peers(): Contender[] {
  return [
    peer('c-pthread', () => compiled('echo-pthread.c')),
    peer('c-epoll', () => compiled('echo-epoll.c')),
    peer('python-iterative', () => python('echo_iterative.py')),
    peer('python-threading', () => python('echo_threading.py')),
    peer('python-asyncio', () => python('echo_asyncio.py')),
    peer('bare-net', () => ({
      argv: [process.execPath, fileURLToPath(new URL('bare-net.js', import.meta.url))],
    })),
  ];
}

function peer(name: string, find: () => Command): Contender {
  let found: Command | undefined;
  const command = () => (found ??= find());
  return {
    name,
    kind: 'peer',
    unavailable: () => {
      const it = command();
      return 'missing' in it ? it.missing : undefined;
    },
    start: async () => {
      const it = command();
      if ('missing' in it) throw new Error(`${name} cannot run here: ${it.missing}`);
      const [file, ...args] = it.argv;
      return launch({ name, command: file, args, portIn: portAlone });
    },
  };
}

function portAlone(line: string): number | undefined {
  return /^\d+$/.test(line) ? Number(line) : undefined;
}

function compiled(source: string): Command {
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

let interpreter: Command | undefined;

function python(script: string): Command {
  interpreter ??= findPython();
  return 'missing' in interpreter ? interpreter : { argv: [interpreter.argv[0], join(SOURCES, script)] };
}

function findPython(): Command {
  // 3.8 is where `:=` came in.
  const ask = 'import sys; assert sys.version_info >= (3, 8); print(sys.executable)';
  const answer = spawnSync('python3', ['-c', ask], { encoding: 'utf8' });
  if (answer.error !== undefined) return { missing: 'no python3' };
  if (answer.status !== 0) return { missing: 'python3 does not run or is older than 3.8' };
  return { argv: [answer.stdout.trim()] };
}
