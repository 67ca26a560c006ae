/**
 * Calls into the C library, through koffi: how a function is bound, and what its errors become. Every
 * system call that servers make without Node stands in this folder; those of the load generator
 * alone are in bench/generator/sockets/calls.ts.
 *
 * Runs on the thread that imports it; each thread loads its own copy. All calls are synchronous: a
 * blocking call blocks its thread, as a client thread needs it. Read socket.ts next.
 *
 * The functions take buffers as addresses (numbers), not as objects. The memory of an ArrayBuffer
 * never moves, so a caller that keeps its buffer looks the address up once.
 *
 * The numbers in this folder are Linux's. macOS uses only _exit, clock_gettime and setBlocking(),
 * whose F_SETFL and O_RDWR are the same there: its servers have no client threads.
 */
import { createRequire } from 'node:module';

// By require: koffi's ES module imports node:fs, which makes Node load streams and promises in each
// thread.
const require = createRequire(import.meta.url);
const koffi = require('koffi') as typeof import('koffi');
const { getSystemErrorName } = require('node:util') as typeof import('node:util');

/**
 * A system call failed. The message names the call and its object, `code` is the error's name
 * (`ECONNRESET`).
 */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';
  readonly code: string;

  constructor(call: string, errno: number) {
    const code = getSystemErrorName(-errno);
    super(`${call} failed: ${code}`);
    this.code = code;
  }
}

const libc = koffi.load(process.platform === 'darwin' ? 'libSystem.B.dylib' : null);

/**
 * Binds one C function. The caller keeps the prototype and the type `F` consistent; nothing checks
 * them.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller states the C function's type
export function bind<F extends (...args: never[]) => unknown>(prototype: string): F {
  const call: unknown = libc.func(prototype);
  return call as F;
}

/** Binds one C function; undefined if the C library does not have it. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller states the C function's type
export function bindIfThere<F extends (...args: never[]) => unknown>(
  prototype: string,
): F | undefined {
  try {
    return bind<F>(prototype);
  } catch {
    return undefined;
  }
}

/** The name of the error that this thread's last failed call left, such as `EAGAIN`. */
export function errorName(): string {
  return getSystemErrorName(-koffi.errno());
}

/** The number of the error that this thread's last failed call left, as in `os.constants.errno`. */
export function errorNumber(): number {
  return koffi.errno();
}

/** An error to throw, made of the one that this thread's last failed call left. */
export function lastError(call: string): SystemCallError {
  return new SystemCallError(call, koffi.errno());
}

/** The address of a buffer's first byte. It is valid as long as the caller keeps the buffer. */
export function addressOf(buffer: Uint8Array): number {
  return Number(koffi.address(buffer));
}
