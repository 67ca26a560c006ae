/**
 * The `request` lines of the log, one for each answer; only with `--log-requests`. Runs on
 * whichever thread serves the client; conversation.ts calls it.
 */
import type { ServiceLog } from '../../log/log.js';
import { printable } from '../../base/printable.js';
import type { Request } from './request.js';
import type { Transfer } from './transfer.js';

export class RequestLog {
  readonly #connection: number;
  readonly #log: Pick<ServiceLog, 'info'>;

  constructor(connection: number, log: Pick<ServiceLog, 'info'>) {
    this.#connection = connection;
    this.#log = log;
  }

  /**
   * Writes the line of an answer that is complete.
   * @param request undefined if it could not be parsed
   */
  note(request: Request | undefined, answer: Buffer): void {
    this.#write(request, answer, answer.length);
  }

  /** Writes the line when the transfer ends, with the bytes that it has sent by then. */
  noteTransfer(request: Request, transfer: Transfer): void {
    transfer.onClose = () => this.#write(request, transfer.head, transfer.bytes);
  }

  #write(request: Request | undefined, head: Buffer, bytes: number): void {
    const asked = request && {
      method: printable(request.method),
      // A query may hold what does not belong in a log.
      path: printable(request.target.replace(/\?.*/s, '')),
    };
    this.#log.info(
      { connection: this.#connection, ...asked, status: statusOf(head), bytes },
      'request',
    );
  }
}

/** The digits behind `HTTP/1.1 `. */
function statusOf(head: Buffer): number {
  return Number(head.toString('latin1', 9, 12));
}
