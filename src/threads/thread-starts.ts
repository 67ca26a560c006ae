/**
 * When the next client thread may start: not while descriptors are short, and after a failed start
 * only after a pause that doubles. Main thread; for thread-pool.ts.
 *
 * A start that fails for lack of descriptors leaks one (Node does not close the epoll descriptor of
 * the thread's loop), so it is not even tried then.
 */
import { errOf } from '../base/thrown.js';
import type { Host } from '../serving/host.js';
import { LineLimit } from '../log/line-limit.js';
import { LOADING_DESCRIPTORS, THREAD_DESCRIPTORS } from './thread-limit.js';

const FIRST_PAUSE_MS = 100;
/** Service resumes within a second after there is room again. */
const LONGEST_PAUSE_MS = 800;

const SHORT_CODES = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM', 'ERR_WORKER_INIT_FAILED']);

export class ThreadStarts {
  readonly #host: Pick<Host, 'log' | 'descriptors' | 'threads'>;
  readonly #onAgain: () => void;
  readonly #lines = new LineLimit();
  #pauseMs = FIRST_PAUSE_MS;
  #pause: NodeJS.Timeout | undefined;
  /** One line for all failures until a thread is up. */
  #hasFailed = false;

  /** @param onAgain a pause is over */
  constructor(host: Pick<Host, 'log' | 'descriptors' | 'threads'>, onAgain: () => void) {
    this.#host = host;
    this.#onAgain = onAgain;
  }

  /** Whether a thread may start beside those that are starting. Asks the kernel. */
  mayStart(starting: number): boolean {
    if (this.#pause) return false;
    if (!this.#isShort(starting)) return true;
    // One that is starting says when it is up.
    if (starting === 0) this.noteFailed(undefined);
    return false;
  }

  /** Keeps connections from the descriptors of threads that are not up yet. */
  holdBack(up: number): void {
    const missing = this.#host.threads.most - up;
    this.#host.descriptors.holdBack(
      missing === 0 ? 0 : missing * THREAD_DESCRIPTORS + LOADING_DESCRIPTORS,
    );
  }

  /** Whether a start failed for lack of what may be free again later. The words differ by Node. */
  isShortage(error: unknown): boolean {
    for (let cause: unknown = error; cause instanceof Error; { cause } = cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code !== undefined && SHORT_CODES.has(code)) return true;
    }
    return this.#isShort(0);
  }

  /** @param error undefined: it was not tried, because descriptors are short */
  noteFailed(error: unknown): void {
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    this.#pause ??= setTimeout(() => {
      this.#pause = undefined;
      this.#onAgain();
    }, pauseMs).unref();
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const { log, descriptors } = this.#host;
    const { free } = descriptors;
    this.#lines.line('cannot start a thread', (repeated) =>
      log.warn(
        {
          ...(error === undefined ? { freeDescriptors: free } : { err: errOf(error) }),
          ...repeated,
        },
        'cannot start a thread',
      ),
    );
  }

  noteUp(): void {
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#hasFailed = false;
  }

  close(): void {
    clearTimeout(this.#pause);
  }

  #isShort(starting: number): boolean {
    const each = THREAD_DESCRIPTORS + LOADING_DESCRIPTORS;
    return this.#host.descriptors.free < each * (starting + 1);
  }
}
