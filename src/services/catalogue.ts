/**
 * All services by name: default port, framing, and module. A thread loads only the module that it
 * serves (load.ts), since a client thread takes longer to start with each import.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Dialect } from './service.js';

export interface CatalogueEntry {
  readonly name: string;
  readonly port: number;
  /** Default port with `--dialect hii`. */
  readonly hiiPort?: number;
  readonly framing: 'chunk' | 'line' | 'HTTP' | 'none';
  readonly summary: string;
  /** The answer to a client that the server refuses, for protocols that define one. */
  readonly fullAnswer?: string;
  /** The server closes first by the protocol, once it has answered. */
  readonly closesFirst?: boolean;
  /** Clients send passwords. */
  readonly takesPasswords?: boolean;
  /** The URL of a module that exports `service`. */
  readonly module: string;
}

const entries: readonly CatalogueEntry[] = [
  entry('capitalize', 5001, 'chunk', 'sends text back in upper case'),
  {
    ...entry('chat', 5002, 'line', 'a chat-room with identifications, rooms and commands'),
    hiiPort: 11826,
  },
  entry('collect', 9090, 'chunk', 'reads to the end, logs the pieces, answers OK <bytes>'),
  entry('count', 5003, 'line', 'counts name0 … name10 with random pauses'),
  entry('date', 5050, 'chunk', 'formats the present time by a strftime format'),
  {
    ...entry('daytime', 1313, 'none', 'tells the time with microseconds and closes'),
    closesFirst: true,
  },
  entry('echo', 9000, 'chunk', 'sends back what it gets'),
  { ...entry('greet', 9000, 'chunk', 'one message, Hello in return!, close'), closesFirst: true },
  entry('hangman', 5006, 'line', 'PLAY, then guess the word letter by letter'),
  {
    ...entry('hello', 15000, 'chunk', 'Hello Yourself, then Goodbye; a page for browsers'),
    closesFirst: true,
  },
  {
    ...entry('quiz', 5005, 'line', 'questions with four answers, scores, a ranking'),
    takesPasswords: true,
  },
  entry('tictactoe', 5007, 'line', 'pairs players for tic-tac-toe, any number of games'),
  {
    ...entry('web', 8080, 'HTTP', 'GET and HEAD of the files below --root'),
    closesFirst: true,
    fullAnswer:
      'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
  },
  entry('work', 5004, 'line', 'work <ms> burns processor time, sleep <ms> waits'),
];

/** The services whose modules also export `datagram`. */
export const DATAGRAM_SERVICES: readonly string[] = [
  'capitalize',
  'date',
  'daytime',
  'echo',
  'hangman',
];

export function listServices(): readonly CatalogueEntry[] {
  return entries;
}

const A_PATH = /[/\\]|\.[cm]?[jt]s$/;

/**
 * Finds a service by its name, or a user's own by the path of its module, such as `mine.js`.
 * @returns undefined if there is no service of that name
 */
export function findService(nameOrPath: string): CatalogueEntry | undefined {
  const known = entries.find(({ name }) => name === nameOrPath);
  if (known || !A_PATH.test(nameOrPath)) return known;
  const module = pathToFileURL(resolve(nameOrPath)).href;
  return { name: nameOrPath, port: 9000, framing: 'chunk', summary: 'your own', module };
}

/** Whether it is a user's own, and not one of the project. */
export function isOwn(entry: CatalogueEntry): boolean {
  return !entries.includes(entry);
}

/** Default port of a service. */
export function portOf({ port, hiiPort }: CatalogueEntry, dialect: Dialect = 'exercise'): number {
  return dialect === 'hii' ? (hiiPort ?? port) : port;
}

function entry(
  name: string,
  port: number,
  framing: CatalogueEntry['framing'],
  summary: string,
): CatalogueEntry {
  return { name, port, framing, summary, module: new URL(`./${name}.js`, import.meta.url).href };
}
