/**
 * An accepted connection with TLS around it. Main thread, under the models that serve there: a
 * client thread calls recv(2) on the descriptor, but the keys of a connection are in OpenSSL on
 * main. Loaded only with --tls-cert. models/main-thread-clients.ts waits for the handshake.
 *
 *     AcceptedSocket ── toSocket() ──► net.Socket ──► TLSSocket ──► StreamConnection
 */
import type { Socket } from 'node:net';
import { TLSSocket, type SecureContext } from 'node:tls';
import type { Endpoint } from '../connection/connection.js';
import type { Arrival } from '../connection/loop-account.js';
import type { AcceptedSocket } from '../serving/host.js';

interface Security {
  readonly context: SecureContext;
  /** What the service speaks, for ALPN; empty: nothing that has a name. */
  readonly protocols: readonly string[];
  /** How long a handshake may take. */
  readonly handshakeMs: number;
}

export class SecuredSocket implements AcceptedSocket {
  /** Nothing may be sent beside OpenSSL, so the descriptor is kept from those who would. */
  readonly fd = undefined;
  readonly #inner: AcceptedSocket;
  readonly #security: Security;
  #socket: TLSSocket | undefined;
  #handshake: Promise<string | undefined> | undefined;

  constructor(inner: AcceptedSocket, security: Security) {
    this.#inner = inner;
    this.#security = security;
  }

  get peer(): Endpoint {
    return this.#inner.peer;
  }

  get handshake(): Promise<string | undefined> {
    const { handshakeMs } = this.#security;
    return (this.#handshake ??= handshakeOf(this.toSocket(), handshakeMs));
  }

  backlogMs(): number | undefined {
    return this.#inner.backlogMs();
  }

  sinceReceivedMs(what: Arrival): number | undefined {
    return this.#inner.sinceReceivedMs(what);
  }

  hasLeft(readsFirst: boolean): boolean {
    return this.#inner.hasLeft(readsFirst);
  }

  setBlocking(): void {
    throw new Error('a client thread cannot serve a connection with TLS');
  }

  toSocket(): TLSSocket {
    return (this.#socket ??= secure(this.#inner.toSocket(), this.#security));
  }

  close(): void {
    this.#socket?.destroy();
    this.#inner.close();
  }
}

function secure(socket: Socket, { context, protocols }: Security): TLSSocket {
  const secured = new TLSSocket(socket, {
    isServer: true,
    secureContext: context,
    ...(protocols.length > 0 && { ALPNProtocols: [...protocols] }),
  });
  // Node reports errors after the handshake by this event alone where no tls.Server owns the socket.
  secured.on('_tlsError', (error: Error) => secured.destroy(error));
  return secured;
}

/** Resolves when the handshake is over: with the reason if it failed. */
function handshakeOf(socket: TLSSocket, withinMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let failure = 'the client left';
    const fail = (reason: string) => {
      failure = reason;
      socket.destroy();
    };
    const onEnd = () => fail('the client left');
    const onError = (error: NodeJS.ErrnoException) => (failure = error.code ?? error.message);
    const onClose = () => over(failure);
    const deadline = setTimeout(() => fail(`it took longer than ${withinMs} ms`), withinMs);
    const over = (reason: string | undefined) => {
      clearTimeout(deadline);
      socket.off('end', onEnd).off('error', onError).off('close', onClose).off('secure', onSecure);
      resolve(reason);
    };
    const onSecure = () => over(undefined);
    socket.on('end', onEnd).on('error', onError).on('close', onClose).on('secure', onSecure);
  });
}
