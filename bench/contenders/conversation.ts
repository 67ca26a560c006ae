/**
 * One conversation with a server before it is loaded: does it speak the service's protocol? A wrong
 * answer is an error that shows what was sent, expected and received.
 *
 * Runs in the runner, over a socket of Node, so that a fault of the load generator could not hide
 * one of the server. Read next: own-servers.ts, which calls this.
 */
import { connect, type Socket } from 'node:net';
import { StartError } from '../../src/base/errors.js';
import { printable } from '../../src/base/printable.js';
import { connectionError } from '../../src/clients/wire/errors.js';
import { PAGE_PATH, readPage } from '../lib/page.js';
import type { ServiceName } from './contender.js';

/** The services that a server of the user's own may have. */
export const CONVERSATIONS = {
  echo: (server) => exchange(server, TEXT, TEXT),
  capitalize: (server) => exchange(server, TEXT, TEXT.toUpperCase()),
  work: async (server) => {
    await exchange(server, 'work 0\n', 'done 0\n');
    await exchange(server, 'sleep 1\n', 'done 1\n');
  },
  chat,
  web,
} as const satisfies Partial<Record<ServiceName, (server: Server) => Promise<void>>>;

export type ServerService = keyof typeof CONVERSATIONS;

/** The name of the server for messages, and where it is. */
interface Server {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

const TEXT = 'Is this the right answer?\n';
const LIMIT_MS = 5000;
/** A wrong answer is shown with what follows it within this time. */
const REST_MS = 200;
const SHOWN_CHARACTERS = 200;

/**
 * Sends bytes and expects exactly these in return.
 * @throws StartError for any other answer
 */
export async function exchange(
  server: Server,
  sent: Buffer | string,
  expected: Buffer | string,
): Promise<void> {
  const answer = Buffer.from(expected);
  const talk = await Talk.with(server);
  try {
    talk.send(sent);
    await talk.expect(answer, (received) => {
      if (!received.equals(answer.subarray(0, received.length))) return 'wrong';
      return received.length === answer.length ? 'complete' : 'incomplete';
    });
  } finally {
    talk.close();
  }
}

/** Two members: each has two lines, a welcome with its name, and what the other says. */
async function chat(server: Server): Promise<void> {
  const [one, other] = ['checka', 'checkb'];
  const [first, second] = [await Talk.with(server), await Talk.with(server)];
  try {
    await join(first, one);
    await join(second, other);
    await first.expectLine(
      `a line * ${other} joined …`,
      (line) => line.startsWith(`* ${other}`) && line.includes(' joined'),
    );
    first.send('hello\n');
    await second.expectLine(`${one}: hello`, (line) => line === `${one}: hello`);
  } finally {
    first.close();
    second.close();
  }
}

async function join(talk: Talk, name: string): Promise<void> {
  for (const line of ['a greeting', 'a question for the name'])
    await talk.expectLine(`${line}, a line`, () => true);
  talk.send(`${name}\n`);
  await talk.expectLine(
    `a welcome, a line with ${name}`,
    (line) => line.includes(name) && !line.startsWith('ERR'),
  );
}

const HEAD_END = '\r\n\r\n';

/** The page of the bench, twice over one connection. */
async function web(server: Server): Promise<void> {
  const page = readPage();
  const expected =
    `HTTP/1.1 200 with Content-Length: ${page.length} and the file kilobyte.html, ` +
    'twice over one connection';
  const talk = await Talk.with(server);
  try {
    for (let request = 0; request < 2; request++) {
      talk.send(`GET ${PAGE_PATH} HTTP/1.1\r\nHost: ${server.host}:${server.port}\r\n\r\n`);
      await talk.expect(expected, (received) => {
        const bodyStart = received.indexOf(HEAD_END) + HEAD_END.length;
        if (bodyStart < HEAD_END.length) return 'incomplete';
        const head = received.subarray(0, bodyStart).toString('latin1');
        const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
        if (!head.startsWith('HTTP/1.1 200 ') || Number(length) !== page.length) return 'wrong';
        const body = received.subarray(bodyStart);
        if (!body.equals(page.subarray(0, body.length))) return 'wrong';
        return body.length === page.length ? 'complete' : 'incomplete';
      });
    }
  } finally {
    talk.close();
  }
}

type Verdict = 'complete' | 'incomplete' | 'wrong';

/** A connection that collects what comes. */
class Talk {
  readonly #server: Server;
  readonly #socket: Socket;
  #sent = '';
  #received = Buffer.alloc(0);
  #end: string | undefined;
  #failure: Error | undefined;
  #changed: () => void = () => undefined;

  static async with(server: Server): Promise<Talk> {
    const socket = connect({ host: server.host, port: server.port, noDelay: true });
    const talk = new Talk(server, socket);
    await talk.#until(() => !socket.connecting, LIMIT_MS);
    if (!socket.connecting && talk.#end === undefined) return talk;
    talk.close();
    const { name, host, port } = server;
    throw connectionError(
      // A server without a name of its own is called by its address.
      name.endsWith(`:${port}`) ? name : `${name} on ${host}:${port}`,
      talk.#failure ?? new Error(`no answer within ${LIMIT_MS / 1e3} s`),
    );
  }

  private constructor(server: Server, socket: Socket) {
    this.#server = server;
    this.#socket = socket;
    socket.on('connect', () => this.#changed());
    socket.on('data', (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      this.#changed();
    });
    socket.on('error', (error) => {
      this.#failure ??= error;
      this.#end ??= error.message;
    });
    socket.on('end', () => (this.#end ??= 'the end of the stream'));
    socket.on('close', () => {
      this.#end ??= 'the end of the stream';
      this.#changed();
    });
  }

  send(bytes: Buffer | string): void {
    this.#sent = bytes.toString();
    this.#socket.write(bytes);
  }

  async expectLine(expected: string, isRight: (line: string) => boolean): Promise<void> {
    let rest = Buffer.alloc(0);
    await this.expect(expected, (received) => {
      const end = received.indexOf('\n');
      if (end === -1) return 'incomplete';
      rest = Buffer.from(received.subarray(end + 1));
      return isRight(received.toString('utf8', 0, end).replace(/\r$/, '')) ? 'complete' : 'wrong';
    });
    this.#received = rest;
  }

  /**
   * Waits for a whole answer.
   * @throws StartError that shows the conversation, if it is wrong or does not come
   */
  async expect(expected: Buffer | string, verdictOn: (received: Buffer) => Verdict): Promise<void> {
    await this.#until(() => verdictOn(this.#received) !== 'incomplete', LIMIT_MS);
    const verdict = verdictOn(this.#received);
    if (verdict === 'complete') {
      this.#received = Buffer.alloc(0);
      return;
    }
    // The rest of a wrong answer often says what is wrong.
    if (verdict === 'wrong') await this.#until(() => false, REST_MS);
    const silence = verdict === 'wrong' ? '' : `nothing within ${LIMIT_MS / 1e3} s`;
    throw new StartError(this.#shown(expected, this.#end ?? silence));
  }

  close(): void {
    this.#socket.destroy();
  }

  /** @param end what came after the bytes; empty: nothing of interest */
  #shown(expected: Buffer | string, end: string): string {
    const received = this.#received.length === 0 ? [] : [shown(this.#received)];
    return [
      `${this.#server.name} gave a wrong answer:`,
      `  sent      ${this.#sent === '' ? 'nothing' : shown(this.#sent)}`,
      `  expected  ${typeof expected === 'string' ? expected : shown(expected)}`,
      `  received  ${[...received, ...(end === '' ? [] : [end])].join(', then ')}`,
    ].join('\n');
  }

  /** Resolves when the condition holds, at the end of the stream, or after the limit. */
  async #until(isSo: () => boolean, limitMs: number): Promise<void> {
    if (isSo() || this.#end !== undefined) return;
    await new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, limitMs);
      this.#changed = () => {
        if (!isSo() && this.#end === undefined) return;
        clearTimeout(limit);
        resolve();
      };
    });
    this.#changed = () => undefined;
  }
}

/** Text in quotes, with controls written out. */
function shown(bytes: Buffer | string): string {
  const text = bytes.toString();
  const cut = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return printable(JSON.stringify(cut));
}
