/**
 * libuv's signals on a loop of our own. Node exports libuv's functions for add-ons; this file calls
 * the documented ones through koffi. For workers/watchdog.ts: Node delivers signals to main's
 * JavaScript only, which may be computing.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

const UV_SIGNAL = 16;
const UV_RUN_NOWAIT = 2;

/**
 * Watches signals beside Node, which gets them as well.
 * @param onSignal called by `poll`
 * @returns `poll`, which looks whether signals have come, without waiting
 * @throws Error if this Node does not export libuv's functions, or one of them fails
 */
export function watchSignals(
  signals: readonly number[],
  onSignal: (signal: number) => void,
): () => void {
  const koffi = require('koffi') as typeof import('koffi');
  const node = koffi.load(null);
  const callback = koffi.proto('void SignalCallback(void *handle, int signal)');
  const sizeOfLoop = node.func('size_t uv_loop_size()') as () => number;
  const sizeOfHandle = node.func('size_t uv_handle_size(int type)') as (type: number) => number;
  const initLoop = node.func('int uv_loop_init(void *loop)');
  const init = node.func('int uv_signal_init(void *loop, void *handle)');
  const start = node.func(
    'int uv_signal_start(void *handle, SignalCallback *callback, int signal)',
  );
  const run = node.func('int uv_run(void *loop, int mode)');

  // Not in a Buffer: this memory is never freed, as libuv writes to it whenever a signal comes.
  const memory = (size: number): unknown => koffi.alloc('uint8', size);
  const check = (result: unknown, call: string) => {
    if (result !== 0) throw new Error(`${call} failed: ${String(result)}`);
  };
  const loop = memory(sizeOfLoop());
  check(initLoop(loop), 'uv_loop_init');
  const registered = koffi.register(
    (_handle: unknown, signal: number) => onSignal(signal),
    koffi.pointer(callback),
  );
  for (const signal of signals) {
    const handle = memory(sizeOfHandle(UV_SIGNAL));
    check(init(loop, handle), 'uv_signal_init');
    check(start(handle, registered, signal), 'uv_signal_start');
  }
  return () => void run(loop, UV_RUN_NOWAIT);
}
