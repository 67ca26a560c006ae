/**
 * The peers: reference servers in C, Python and bare Node that the bench compares our models with.
 *
 * Runs in the runner. Each peer needs a tool that a machine may lack, so each can say what is
 * missing. Python is started by the interpreter's own path: a pyenv or asdf shim would be the
 * process whose CPU time the bench measures. Read next: bench/peers/echo-pthread.c.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WEB_ROOT } from '../lib/page.js';
import { PEERS, compile, type Command } from './compile.js';
import type { Contender, ServiceName } from './contender.js';
import { launch } from './server-process.js';

const SERVICES: readonly ServiceName[] = ['echo', 'chat', 'web'];

/** All peers in the order of the tables, including those that this machine cannot run. */
export function peers(): Contender[] {
  return [
    peer('c-pthread', {
      echo: () => compile('echo-pthread.c'),
      chat: () => compile('chat-pthread.c'),
    }),
    peer('c-epoll', {
      echo: () => compile('echo-epoll.c'),
      chat: () => compile('chat-epoll.c'),
    }),
    peer('python-iterative', { echo: () => python('echo_iterative.py') }),
    peer('python-threading', {
      echo: () => python('echo_threading.py'),
      chat: () => python('chat_threading.py'),
      web: () => python('web_threading.py', WEB_ROOT),
    }),
    peer('python-asyncio', {
      echo: () => python('echo_asyncio.py'),
      chat: () => python('chat_asyncio.py'),
    }),
    peer('bare-net', { echo: () => node('bare-net.js') }),
    peer('bare-http', { web: () => node('bare-http.js') }),
  ];
}

function peer(name: string, programs: Partial<Record<ServiceName, () => Command>>): Contender {
  const commandFor = (service: ServiceName): Command =>
    programs[service]?.() ?? { missing: `no ${service}` };
  return {
    name,
    kind: 'peer',
    services: SERVICES.filter((service) => service in programs),
    unavailable: (service) => {
      const command = commandFor(service);
      return 'missing' in command ? command.missing : undefined;
    },
    start: async ({ service = 'echo' }) => {
      const command = commandFor(service);
      if ('missing' in command) throw new Error(`${name} cannot run here: ${command.missing}`);
      const [file, ...args] = command.argv;
      return launch({ name, command: file, args, portIn: portOnLine });
    },
  };
}

function node(script: string): Command {
  return {
    argv: [process.execPath, fileURLToPath(new URL(`../peers/${script}`, import.meta.url))],
  };
}

/** Peers print their port alone on a line. */
function portOnLine(line: string): number | undefined {
  return /^\d+$/.test(line) ? Number(line) : undefined;
}

let interpreter: Command | undefined;

function python(script: string, ...args: readonly string[]): Command {
  interpreter ??= findPython();
  if ('missing' in interpreter) return interpreter;
  return { argv: [interpreter.argv[0], join(PEERS, script), ...args] };
}

function findPython(): Command {
  // The peers use `:=`, which needs Python 3.8.
  const code = 'import sys; assert sys.version_info >= (3, 8); print(sys.executable)';
  const found = spawnSync('python3', ['-c', code], { encoding: 'utf8' });
  if (found.error !== undefined) return { missing: 'no python3' };
  if (found.status !== 0) return { missing: 'python3 does not run or is older than 3.8' };
  return { argv: [found.stdout.trim()] };
}
