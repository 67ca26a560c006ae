/**
 * The user's own servers as contenders: `handoff bench --server 'name=command {port}'`, or an
 * address that is only loaded.
 *
 * Runs in the runner. A command is started by the shell in a session of its own, so that all its
 * processes can be measured and ended together:
 *
 *     sh -c command ─► accepts on the port that it was given ─► takes its turns ─► session ends
 *
 * Read next: conversation.ts, which checks the server before anything is measured.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '../../src/base/errors.js';
import { printable } from '../../src/base/printable.js';
import { settledWithin } from '../../src/base/settled-within.js';
import { startChild } from '../lib/cleanup.js';
import { WEB_ROOT } from '../lib/page.js';
import { sessionMembers, signalSession } from '../lib/session.js';
import type { ResolvedAddress } from './address.js';
import type { Contender, RunningServer } from './contender.js';
import { CONVERSATIONS, type ServerService } from './conversation.js';
import { exitReasonOf, KILL_AFTER_MS, POLL_INTERVAL_MS } from './server-process.js';

export interface OwnServer {
  readonly name: string;
  readonly service: ServerService;
  /** A shell command with `{port}`, or the address of a server that runs already. */
  readonly at: { readonly command: string } | ResolvedAddress;
}

const ACCEPT_LIMIT_MS = 10_000;
/** A process that hangs in the kernel never ends. */
const END_LIMIT_MS = 5000;
/** For the last output of a command that has ended. */
const OUTPUT_LIMIT_MS = 500;
const LINES_KEPT = 8;
const OUTPUT_KEPT_CHARS = 4000;

export function ownServer(
  { name, service, at }: OwnServer,
  acceptLimitMs = ACCEPT_LIMIT_MS,
): Contender {
  return {
    name,
    kind: 'server',
    services: [service],
    unavailable: () => undefined,
    start: () =>
      'command' in at
        ? startCommand(name, at.command, acceptLimitMs)
        : Promise.resolve(running(name, at)),
  };
}

/**
 * Starts the server, has one conversation with it, and stops it.
 * @throws StartError that shows a wrong answer, or why the server does not accept
 */
export async function checkServer(own: OwnServer): Promise<void> {
  const server = await ownServer(own).start({ clients: 1 });
  try {
    const { name, host = '127.0.0.1', port } = server;
    await CONVERSATIONS[own.service]({ name, host, port });
  } catch (error) {
    const reason = await exitReasonSoon(server);
    if (reason === undefined || !(error instanceof Error)) throw error;
    throw new StartError(`${error.message}\n  the server ended: ${reason}`, { cause: error });
  } finally {
    await server.stop();
  }
}

/** A server that ends closes its connections a moment before its parent learns of the end. */
async function exitReasonSoon(server: RunningServer): Promise<string | undefined> {
  const endMs = performance.now() + OUTPUT_LIMIT_MS;
  while (server.pid !== undefined && performance.now() < endMs) {
    const reason = server.exitReason();
    if (reason !== undefined) return reason;
    await delay(POLL_INTERVAL_MS);
  }
  return undefined;
}

function running(name: string, { ip, port }: ResolvedAddress): RunningServer {
  return { name, host: ip, port, exitReason: () => undefined, stop: () => Promise.resolve() };
}

/** @throws StartError with the last lines of the command's output, if it does not accept */
async function startCommand(
  name: string,
  command: string,
  acceptLimitMs: number,
): Promise<RunningServer> {
  const port = await unusedPort();
  const words = command.replaceAll('{port}', String(port)).replaceAll('{root}', quoted(WEB_ROOT));
  const child = startChild(
    // Detached: setsid(2) makes it the leader of a session.
    () => spawn('/bin/sh', ['-c', words], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] }),
    ({ pid }) => {
      if (pid !== undefined) signalSession(pid, 'SIGKILL');
    },
  );
  const { pid } = child;
  if (pid === undefined) throw new StartError(`${name} cannot be started: there is no /bin/sh`);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-OUTPUT_KEPT_CHARS);
    });
  }
  let exitReason: string | undefined;
  const ended = endOf(child).then((reason) => (exitReason = reason));
  const withLastLines = (reason: string) => {
    const lines = printable(output.trimEnd()).split('␊').slice(-LINES_KEPT);
    return output.trim() === '' ? `${reason}, without output` : `${reason}\n${indented(lines)}`;
  };
  let stopping: Promise<void> | undefined;
  const server: RunningServer = {
    ...{ name, pid, port, isSession: true },
    exitReason: () => (exitReason === undefined ? undefined : withLastLines(exitReason)),
    stop: () =>
      (stopping ??= endSession(pid, ended).finally(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      })),
  };
  if (await accepts(port, acceptLimitMs, () => exitReason !== undefined)) return server;
  const reason =
    exitReason === undefined
      ? `it did not accept a connection on 127.0.0.1:${port} within ${acceptLimitMs / 1e3} s`
      : `its command ended before it accepted a connection: ${exitReason}`;
  const message = `${name} did not start: ${withLastLines(reason)}`;
  await server.stop();
  throw new StartError(message);
}

/** Resolves when the command has ended and its output is read, or is held open by its children. */
async function endOf(child: ChildProcess): Promise<string> {
  const closed = exitReasonOf(child);
  const reason = await exitReasonOf(child, 'exit');
  await settledWithin(closed, OUTPUT_LIMIT_MS);
  return reason;
}

/** A port that is free now. The command must take it before another program does. */
async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Connects again and again. Returns false if the command ends, or when the limit is over. */
async function accepts(port: number, limitMs: number, hasEnded: () => boolean): Promise<boolean> {
  const endMs = performance.now() + limitMs;
  while (performance.now() < endMs && !hasEnded()) {
    const socket = connect({ host: '127.0.0.1', port });
    const isAccepted = await new Promise<boolean>((resolve) => {
      // Without a listener, a socket that has got this port by chance connects to itself.
      const isServer = () => socket.localPort !== port;
      socket.once('connect', () => resolve(isServer())).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isAccepted) return !hasEnded();
    await delay(POLL_INTERVAL_MS);
  }
  return false;
}

/** SIGTERM for all processes of the session; SIGKILL for those that do not end. */
async function endSession(leader: number, ended: Promise<unknown>): Promise<void> {
  for (const [signal, limitMs] of [
    ['SIGTERM', KILL_AFTER_MS],
    ['SIGKILL', END_LIMIT_MS],
  ] as const) {
    signalSession(leader, signal);
    const endMs = performance.now() + limitMs;
    while (sessionMembers(leader).length > 0 && performance.now() < endMs)
      await delay(POLL_INTERVAL_MS);
    if (sessionMembers(leader).length === 0) break;
  }
  await Promise.race([ended, delay(END_LIMIT_MS, undefined, { ref: false })]);
}

/** As one word of the shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}
