/**
 * The peers: servers of other making that our models are compared with. Each has a program for every service it has.
 *
 * Each needs a tool that a machine may lack, so each says why it cannot run here. C is compiled on demand;
 * Python is started by the interpreter's own path, because a pyenv or asdf shim would be the
 * process whose CPU time is measured. Read next: bench/peers/echo-pthread.c.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WEB_ROOT } from '../lib/page.js';
import type { Contender, ServiceName } from './models.js';
import { launch } from './child.js';
import { SOURCES, compiled, type Command } from './compiled.js';

const SERVICES: readonly ServiceName[] = ['echo', 'chat', 'web'];

/** All peers, in the order in which a table should show them, whether they can run here or not. */
export function peers(): Contender[] {
  return [
    peer('c-pthread', {
      echo: () => compiled('echo-pthread.c'),
      chat: () => compiled('chat-pthread.c'),
    }),
    peer('c-epoll', {
      echo: () => compiled('echo-epoll.c'),
      chat: () => compiled('chat-epoll.c'),
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
  const command = (service: ServiceName): Command => programs[service]?.() ?? { missing: `no ${service}` };
  return {
    name,
    kind: 'peer',
    services: SERVICES.filter((service) => service in programs),
    unavailable: (service) => {
      const it = command(service);
      return 'missing' in it ? it.missing : undefined;
    },
    start: async ({ service = 'echo' }) => {
      const it = command(service);
      if ('missing' in it) throw new Error(`${name} cannot run here: ${it.missing}`);
      const [file, ...args] = it.argv;
      return launch({ name, command: file, args, portIn: portAlone });
    },
  };
}

function node(script: string): Command {
  return { argv: [process.execPath, fileURLToPath(new URL(`../peers/${script}`, import.meta.url))] };
}

function portAlone(line: string): number | undefined {
  return /^\d+$/.test(line) ? Number(line) : undefined;
}

let interpreter: Command | undefined;

function python(script: string, ...args: readonly string[]): Command {
  interpreter ??= findPython();
  if ('missing' in interpreter) return interpreter;
  return { argv: [interpreter.argv[0], join(SOURCES, script), ...args] };
}

function findPython(): Command {
  // 3.8 is where `:=` came in.
  const ask = 'import sys; assert sys.version_info >= (3, 8); print(sys.executable)';
  const answer = spawnSync('python3', ['-c', ask], { encoding: 'utf8' });
  if (answer.error !== undefined) return { missing: 'no python3' };
  if (answer.status !== 0) return { missing: 'python3 does not run or is older than 3.8' };
  return { argv: [answer.stdout.trim()] };
}
