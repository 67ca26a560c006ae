/**
 * The peers: reference servers in C, Python and bare Node that the bench compares our models with.
 * Some are other ways to give a client to a thread or a process, for the experiment hand-off.
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
import type { Contender, ServerNeeds, ServiceName } from './contender.js';
import { launch } from './server-process.js';

const SERVICES: readonly ServiceName[] = ['echo', 'chat', 'web'];

/** All peers in the order of the tables, including those that this machine cannot run. */
export function peers(): Contender[] {
  return [
    peer('c-pthread', {
      echo: () => compile('echo-pthread.c'),
      chat: () => compile('chat-pthread.c'),
    }),
    {
      ...peer('c-prethreaded', { echo: (needs) => pooled('echo-prethreaded.c', needs) }),
      workers: 'threads',
    },
    { ...peer('c-queue', { echo: (needs) => pooled('echo-queue.c', needs) }), workers: 'threads' },
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
    inProcesses(peer('node-cluster', { echo: () => node('node-cluster.js') })),
    inProcesses(peer('scm-rights', { echo: () => node('scm-rights.js') })),
    {
      ...peer('message-port-proxy', { echo: () => node('message-port-proxy.js') }),
      workers: 'cores',
    },
    peer('bare-http', { web: () => node('bare-http.js') }),
  ];
}

/** A peer with a process for each core; all of them are measured together. */
function inProcesses(contender: Contender): Contender {
  return {
    ...contender,
    workers: 'cores',
    start: async (needs) => ({ ...(await contender.start(needs)), isTree: true }),
  };
}

type Needs = Pick<ServerNeeds, 'clients' | 'threads'>;

function peer(
  name: string,
  programs: Partial<Record<ServiceName, (needs: Needs) => Command>>,
): Contender {
  const commandFor = (service: ServiceName, needs: Needs): Command =>
    programs[service]?.(needs) ?? { missing: `no ${service}` };
  return {
    name,
    kind: 'peer',
    services: SERVICES.filter((service) => service in programs),
    unavailable: (service) => {
      const command = commandFor(service, { clients: 1 });
      return 'missing' in command ? command.missing : undefined;
    },
    start: async ({ service = 'echo', through = [], ...needs }) => {
      const command = commandFor(service, needs);
      if ('missing' in command) throw new Error(`${name} cannot run here: ${command.missing}`);
      const [file, ...args] = [...through, ...command.argv] as [string, ...string[]];
      return launch({ name, command: file, args, portIn: portOnLine });
    },
  };
}

/** A pool has as many threads as the load has clients, as our thread-per-client has. */
function pooled(source: string, { clients, threads = clients }: Needs): Command {
  const command = compile(source);
  return 'missing' in command ? command : { argv: [...command.argv, String(threads)] };
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
