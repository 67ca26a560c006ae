/**
 * The lab over HTTP, on 127.0.0.1 only. The lab's main thread.
 *
 *     GET  /?token=…          the page, one document
 *     GET  /events?token=…    setup and frames, as Server-Sent Events
 *     POST /commands?token=…  a command, as JSON; answers a reply, as JSON
 *     GET  /exports/…?token=… the servers' logs, a picture or a trace of them
 *
 * Nothing else is there, and no file is read for a request. access.ts decides which are allowed.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartError } from '../../base/errors.js';
import { parseCommand } from '../commands.js';
import type { Lab } from '../lab.js';
import type { Reply, Setup } from '../protocol.js';
import { refusalOf } from './access.js';
import { answerText, HEADERS } from './answers.js';
import { Events } from './events.js';
import { EXPORTS, type Export } from './exports.js';
import { sendExport } from './send-export.js';
import { readShell } from './shell.js';

/** Not an option: commands start processes, so only this machine may send them. */
const HOST = '127.0.0.1';
const TOKEN_BYTES = 16;
const MOST_BODY_BYTES = 4096;

type Route = (request: IncomingMessage, response: ServerResponse) => void;

export class LabServer {
  readonly #lab: Lab;
  readonly #server: Server;
  readonly #events: Events;
  readonly #token = randomBytes(TOKEN_BYTES).toString('hex');
  readonly #shell = readShell();
  readonly #routes: Readonly<Record<string, Route>>;
  #exporting: Promise<void> = Promise.resolve();

  /**
   * @param port 0: any free one
   * @throws StartError when the port is taken, or the page is not built
   */
  static async open(lab: Lab, setup: Setup, port: number): Promise<LabServer> {
    const server = new LabServer(lab, setup);
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', (error: NodeJS.ErrnoException) => {
        const why = error.code === 'EADDRINUSE' ? 'the port is in use' : error.message;
        reject(new StartError(`cannot listen on ${HOST}:${port}: ${why}`, { cause: error }));
      });
      server.#server.listen({ host: HOST, port }, resolve);
    });
    return server;
  }

  private constructor(lab: Lab, setup: Setup) {
    this.#lab = lab;
    this.#events = new Events(setup, () => lab.watch(() => this.#events.send(lab.frame())));
    this.#routes = {
      'GET /': (_request, response) => this.#page(response),
      'GET /events': (_request, response) => this.#stream(response),
      'POST /commands': (request, response) => void this.#command(request, response),
      ...Object.fromEntries(
        Object.entries(EXPORTS).map(([name, one]): [string, Route] => [
          `GET /exports/${name}`,
          (_request, response) => this.#export(one, response),
        ]),
      ),
    };
    this.#server = createServer((request, response) => this.#serve(request, response));
  }

  /** The address of the page, with its token. */
  get url(): string {
    return `http://${HOST}:${this.#port}/?token=${this.#token}`;
  }

  close(): void {
    this.#events.close();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '/', headers } = request;
    // A URL that cannot be parsed, such as `//`, is refused like one without a token.
    const path = pathOf(url);
    const refusal =
      path === undefined
        ? 'the address is none'
        : refusalOf({ method, url, headers }, this.#port, this.#token);
    const route = this.#routes[`${method} ${path ?? ''}`];
    if (refusal !== undefined) answerText(response, 403, `Refused: ${refusal}.\n`);
    else if (!route) answerText(response, 404, 'There is nothing here.\n');
    else route(request, response);
  }

  #page(response: ServerResponse): void {
    const { html, policy } = this.#shell;
    response.writeHead(200, {
      ...HEADERS,
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policy,
    });
    response.end(html);
  }

  #stream(response: ServerResponse): void {
    if (this.#events.isFull) answerText(response, 503, 'Too many pages are open.\n');
    else this.#events.add(response);
  }

  /** Exports follow each other: a long one takes a core and much memory. */
  #export(one: Export, response: ServerResponse): void {
    this.#exporting = this.#exporting.then(() => sendExport(one, this.#lab.rows, response));
  }

  async #command(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await bodyOf(request);
    const command = text === undefined ? 'the command is too long' : parseCommand(text);
    const reply: Reply =
      typeof command === 'string' ? { error: command } : this.#lab.execute(command);
    const status = typeof command === 'string' ? 400 : 'error' in reply ? 409 : 200;
    response.writeHead(status, { ...HEADERS, 'Content-Type': 'application/json' });
    response.end(JSON.stringify(reply));
  }
}

function pathOf(url: string): string | undefined {
  return URL.canParse(url, `http://${HOST}`) ? new URL(url, `http://${HOST}`).pathname : undefined;
}

/** @returns undefined if it is too long, or breaks off */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > MOST_BODY_BYTES) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}
