/**
 * `/metrics` and `/healthz` over HTTP, on the admin socket and at `--metrics`. Main thread.
 *
 * Its clients must not hold the server: one request a connection, bounded in size and time, GET and
 * HEAD only. While main computes it does not answer, which is itself the sign. node:http and
 * prom-client are loaded when they are first needed. Read vitals.ts and metrics.ts next.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { MaybePromise } from '../connection/connection.js';
import type { Logger } from '../log/log.js';
import { startError } from '../serving/listen-address.js';
import type { Metrics } from './metrics.js';
import type { Vitals } from './vitals.js';

/** From the connection to its end, whatever the client does. */
const DEADLINE_MS = 5000;
const MOST_CONNECTIONS = 16;
const MOST_HEADER_BYTES = 8192;
const TEXT = 'text/plain; charset=utf-8';

export class Monitoring {
  readonly #vitals: () => MaybePromise<Vitals>;
  readonly #log: Pick<Logger, 'error'>;
  readonly #deadlineMs: number;
  readonly #sockets = new Set<Socket>();
  #server: Promise<Server> | undefined;
  #metrics: Promise<Metrics> | undefined;

  constructor(
    vitals: () => MaybePromise<Vitals>,
    log: Pick<Logger, 'error'>,
    deadlineMs = DEADLINE_MS,
  ) {
    this.#vitals = vitals;
    this.#log = log;
    this.#deadlineMs = deadlineMs;
  }

  /**
   * Listens on TCP, too.
   * @returns the port
   * @throws StartError when the address cannot be used
   */
  async listen(address: { host: string; port: number }): Promise<number> {
    const [server] = await Promise.all([this.#load(), this.#loadMetrics()]);
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(startError(address, error, 'metrics')),
      );
      server.listen(address, resolve);
    });
    server.removeAllListeners('error');
    server.on('error', (error) => this.#log.error({ err: error }, 'metrics failed'));
    return (server.address() as AddressInfo).port;
  }

  /** Serves a connection that another listener has accepted and whose request is still unread. */
  async admit(socket: Socket): Promise<void> {
    const server = await this.#load();
    server.emit('connection', socket);
    socket.resume();
  }

  /** Disconnects everyone. */
  close(): void {
    const [server, metrics] = [this.#server, this.#metrics];
    void server?.then((loaded) => loaded.close());
    void metrics?.then((loaded) => loaded.close());
    for (const socket of this.#sockets) socket.destroy();
  }

  #load(): Promise<Server> {
    return (this.#server ??= import('node:http').then(({ createServer }) => {
      const server = createServer(
        { maxHeaderSize: MOST_HEADER_BYTES, requestTimeout: this.#deadlineMs },
        (request, response) => void this.#answer(request, response),
      );
      server.maxConnections = MOST_CONNECTIONS;
      return server.on('connection', (socket: Socket) => this.#bound(socket));
    }));
  }

  #loadMetrics(): Promise<Metrics> {
    return (this.#metrics ??= import('./metrics.js').then((m) => new m.Metrics(this.#vitals)));
  }

  #bound(socket: Socket): void {
    this.#sockets.add(socket);
    const deadline = setTimeout(() => socket.destroy(), this.#deadlineMs).unref();
    socket.once('close', () => {
      clearTimeout(deadline);
      this.#sockets.delete(socket);
    });
  }

  async #answer({ method = '', url = '' }: IncomingMessage, response: ServerResponse) {
    response.setHeader('Connection', 'close');
    const [path] = url.split('?');
    if (path !== '/metrics' && path !== '/healthz') send(response, 404, 'not found\n');
    else if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      send(response, 405, 'GET or HEAD\n');
    } else if (path === '/healthz') {
      const { obstacle } = await this.#vitals();
      send(response, obstacle === undefined ? 200 : 503, `${obstacle ?? 'ok'}\n`);
    } else await this.#sendMetrics(response);
  }

  async #sendMetrics(response: ServerResponse): Promise<void> {
    try {
      const metrics = await this.#loadMetrics();
      send(response, 200, await metrics.text(), metrics.contentType);
    } catch (error) {
      this.#log.error({ err: error }, 'metrics failed');
      send(response, 500, 'the metrics failed; see the log\n');
    }
  }
}

function send(response: ServerResponse, status: number, text: string, type = TEXT): void {
  const body = Buffer.from(text);
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': body.length });
  response.end(body);
}
