/**
 * A socket that keeps what the server sent last. Main thread of the client.
 *
 * A server may refuse a request and close while the client still sends. The client's next write
 * then fails, and Node's socket would discard the bytes that have arrived but were not read: the
 * reason of the refusal. The kernel keeps them. So does this socket: an error ends its stream
 * behind those bytes, and is kept in `failure`.
 */
import { Socket } from 'node:net';

type Callback = (error?: Error | null) => void;

export class PatientSocket extends Socket {
  #failure: NodeJS.ErrnoException | undefined;
  /** Bytes that had arrived before the last write. */
  #readBefore = 0;

  /**
   * What broke the connection; check it when the stream has ended. Undefined if the server closed
   * in order.
   */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Whether bytes have arrived since the last write; before the first one, whether any have. */
  get isAnswered(): boolean {
    return this.bytesRead > this.#readBefore;
  }

  override _write(chunk: unknown, encoding: BufferEncoding, callback: Callback): void {
    this.#readBefore = this.bytesRead;
    super._write(chunk, encoding, this.#keeping(callback));
  }

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], done: Callback): void {
    this.#readBefore = this.bytesRead;
    super._writev?.(chunks, this.#keeping(done));
  }

  override _final(callback: Callback): void {
    super._final(this.#keeping(callback));
  }

  override destroy(error?: NodeJS.ErrnoException): this {
    if (error?.syscall !== 'read' || this.destroyed) return super.destroy(error);
    this.#failure ??= error;
    this.push(null);
    return this;
  }

  /** The bytes count as sent. The stream's reader notices the end. */
  #keeping(callback: Callback): Callback {
    return (error?: NodeJS.ErrnoException | null) => {
      // EPIPE: the server had closed in order before.
      if (error && error.code !== 'EPIPE') this.#failure ??= error;
      callback();
    };
  }
}
