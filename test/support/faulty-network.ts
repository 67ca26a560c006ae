/**
 * A faulty network between clients and a server: a TCP proxy in the test's process, after Shopify's
 * toxiproxy. Each direction has its own faults, which can be changed while bytes are on their way.
 *
 *     const network = await startFaultyNetwork(t, server);
 *     network.toClient.bytesPerSecond = 100_000;
 *     const client = await connectClient(t, network);
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ListenAddress } from '../../src/serving/listen-address.js';
import { Random } from './random.js';
import type { Cleanup } from './server.js';

/** The faults of one direction. They apply to bytes that have not passed yet; 0: none. */
export interface Faults {
  /** Delay of each chunk, without an effect on the rate. Its jitter is added, from 0 to below. */
  latencyMs: number;
  jitterMs: number;
  bytesPerSecond: number;
  /** Largest number of bytes in a write, each of which is a segment of its own. */
  sliceBytes: number;
  /** Pause after each slice. */
  slicePauseMs: number;
  /** Resets both connections after so many bytes have passed in this direction. */
  resetAfterBytes: number;
  /** Nothing passes, not even the end of the stream. */
  isStalled: boolean;
}

interface FaultyNetwork {
  /** Where clients connect. */
  readonly address: ListenAddress;
  readonly toServer: Faults;
  readonly toClient: Faults;
  /** Ends all connections now, on both sides: in order, or by a reset. */
  close(): void;
  reset(): void;
}

const NO_FAULTS: Faults = {
  ...{ latencyMs: 0, jitterMs: 0, bytesPerSecond: 0, sliceBytes: 0, slicePauseMs: 0 },
  ...{ resetAfterBytes: 0, isStalled: false },
};
/** So much may wait in one direction of a connection before the proxy stops reading. */
const QUEUE_BYTES = 65_536;
/** A limited rate passes in so many pieces. */
const SLICES_PER_SECOND = 100;
/** How often a stalled direction looks whether it may go on. */
const STALL_POLL_MS = 2;

/** @param seed of the jitter */
export async function startFaultyNetwork(
  t: Cleanup,
  server: { readonly address: ListenAddress },
  seed = 1,
): Promise<FaultyNetwork> {
  const random = new Random(seed);
  const [toServer, toClient] = [{ ...NO_FAULTS }, { ...NO_FAULTS }];
  const sockets = new Set<Socket>();
  const proxy = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const upstream = connect({ ...server.address, allowHalfOpen: true, noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    new Direction(client, upstream, toServer, random);
    new Direction(upstream, client, toClient, random);
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;
  const close = () => {
    for (const socket of sockets) socket.end();
  };
  const reset = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return { address: { host: '127.0.0.1', port }, toServer, toClient, close, reset };
}

/** One direction of one connection: takes chunks as they come, and passes them with its faults. */
class Direction {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #faults: Faults;
  #queuedBytes = 0;
  #passedBytes = 0;
  /** Each chunk passes after the one before it. */
  #last: Promise<void> = Promise.resolve();

  constructor(from: Socket, to: Socket, faults: Faults, random: Random) {
    this.#from = from;
    this.#to = to;
    this.#faults = faults;
    from.on('data', (chunk: Buffer) => {
      this.#queuedBytes += chunk.length;
      if (this.#queuedBytes > QUEUE_BYTES) from.pause();
      const { latencyMs, jitterMs } = faults;
      const delayMs = latencyMs + (jitterMs > 0 ? random.below(jitterMs) : 0);
      // From now on, not from the end of the chunk before: a latency is no limit of the rate.
      const due = delayMs > 0 ? sleep(delayMs) : undefined;
      this.#last = this.#last.then(() => this.#pass(chunk, due));
    });
    from.once('end', () => {
      this.#last = this.#last.then(async () => {
        await this.#lifted();
        to.end();
      });
    });
    from.on('error', () => to.resetAndDestroy());
  }

  async #pass(chunk: Buffer, due: Promise<void> | undefined): Promise<void> {
    await due;
    for (let at = 0; at < chunk.length && !this.#to.destroyed;) {
      await this.#lifted();
      const { sliceBytes, slicePauseMs, bytesPerSecond, resetAfterBytes } = this.#faults;
      const left = resetAfterBytes > 0 ? resetAfterBytes - this.#passedBytes : Infinity;
      const paced = bytesPerSecond > 0 ? Math.ceil(bytesPerSecond / SLICES_PER_SECOND) : Infinity;
      const most = Math.min(sliceBytes > 0 ? sliceBytes : Infinity, paced, left);
      const slice = chunk.subarray(at, at + most);
      at += slice.length;
      this.#passedBytes += slice.length;
      await this.#written(slice);
      if (slice.length >= left) {
        this.#from.resetAndDestroy();
        this.#to.resetAndDestroy();
        return;
      }
      const pauseMs =
        slicePauseMs + (bytesPerSecond > 0 ? (slice.length / bytesPerSecond) * 1e3 : 0);
      if (pauseMs > 0) await sleep(pauseMs);
    }
    this.#queuedBytes -= chunk.length;
    if (this.#queuedBytes <= QUEUE_BYTES) this.#from.resume();
  }

  /** Resolves when the kernel has the bytes, or the connection has failed. */
  #written(slice: Buffer): Promise<void> {
    return new Promise((resolve) => this.#to.write(slice, () => setImmediate(resolve)));
  }

  async #lifted(): Promise<void> {
    while (this.#faults.isStalled && !this.#to.destroyed) await sleep(STALL_POLL_MS);
  }
}
