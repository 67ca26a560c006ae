/**
 * Warns of environment variables that look like the program's own and that no command reads, such
 * as a misspelt HANDOFF_THREAD. Main thread of every command; program.ts calls it.
 */
import { PREFIX, variableOf } from './options.js';
import { closest } from './suggestion.js';

/**
 * The options of all commands that read the environment. To read them from the commands would load
 * every command. test/cli/settings.test.ts compares the two.
 */
const OPTIONS = `
  admin config datagram-rate dialect every file follow framing from goodbye grace guest handoff headers
  heartbeat history host idle-timeout into json line-deadline linger log-connections log-file
  log-full log-level log-requests login login-deadline loop-lag max-buffer max-bytes max-pause
  metrics model name once output overflow play policy port projector questions queue register
  request-deadline results root run send-deadline socket stay store task-limit thread-memory
  threads timeout times tls-cert tls-handshake tls-key to transport tries wait warm watch work workers
`
  .trim()
  .split(/\s+/);

/** Variables that are no options: the password of `handoff quiz` is none, since ps(1) shows those. */
const OTHERS = ['HANDOFF_PASSWORD'];

/** @returns undefined if all variables are known */
export function warningOfVariables(env: Readonly<NodeJS.ProcessEnv>): string | undefined {
  const known = [...OPTIONS.map(variableOf), ...OTHERS];
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith(PREFIX) && !known.includes(name),
  );
  if (unknown.length === 0) return undefined;
  const named = unknown.map((name) => {
    const meant = closest(
      name.slice(PREFIX.length),
      known.map((one) => one.slice(PREFIX.length)),
    );
    return meant === undefined ? name : `${name} (did you mean ${PREFIX}${meant}?)`;
  });
  return `no command reads ${named.join(', ')}`;
}
