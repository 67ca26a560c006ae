/** The groups of options in `handoff serve --help`. Others stand below `Options`. */
import type { Argv } from 'yargs';

const GROUPS: readonly (readonly [title: string, ...options: string[]])[] = [
  [
    'Model',
    'model',
    'handoff',
    'threads',
    'warm',
    'workers',
    'policy',
    'thread-memory',
    'task-limit',
    'overflow',
    'queue',
  ],
  ['Address', 'host', 'port', 'socket', 'transport', 'datagram-rate'],
  ['TLS', 'tls-cert', 'tls-key', 'tls-handshake'],
  [
    'Limits',
    ...['idle-timeout', 'login-deadline', 'line-deadline', 'request-deadline', 'send-deadline'],
    ...['max-buffer', 'grace'],
  ],
  ['Log', 'log-file', 'log-level', 'log-connections', 'log-requests', 'log-full'],
  ['Observation', 'admin', 'metrics', 'heartbeat', 'loop-lag'],
  [
    'Services',
    ...[
      'once',
      'framing',
      'goodbye',
      'max-pause',
      'dialect',
      'history',
      'store',
      'questions',
      'root',
    ],
    'watch',
  ],
];

export function inGroups<T>(command: Argv<T>): Argv<T> {
  return GROUPS.reduce((argv, [title, ...names]) => argv.group(names, `${title}:`), command);
}
