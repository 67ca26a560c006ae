/**
 * The words in a row's picture: what main's loop and the threads do. Pure.
 */
import type { MainView, ThreadView } from '../protocol.js';

/** The words for the kernel's states of a thread: those of the watcher, shorter. */
export const STATE_WORDS: Readonly<Record<ThreadView[1], string>> = {
  starting: 'starting',
  free: 'free',
  recv: 'recv',
  send: 'send',
  call: 'calls main',
  await: 'awaits',
  running: 'computing',
  serving: 'serving',
};

/**
 * A thread's number and state, in full and short.
 * @param state undefined: unknown
 */
export function threadWords(thread: number, state: ThreadView[1] | undefined): readonly string[] {
  const number = thread === 0 ? '' : `#${thread}`;
  const word = state === undefined ? '' : STATE_WORDS[state];
  return number === '' || word === '' ? [number + word] : [`${number} ${word}`, word, number];
}

interface Loop {
  readonly main: MainView;
  /** The client in the middle of its circle. */
  readonly holder: number | undefined;
  /** The lab's clock. */
  readonly labMs: number;
}

/** What main's loop does, in full and short. */
export function loopWords({ main, holder, labMs }: Loop): readonly string[] {
  const { doing, sinceMs, by } = main;
  if (sinceMs === 0)
    return holder === undefined ? ['turning'] : [`turning, serves ${holder}`, `serves ${holder}`];
  const forS = `${(Math.max(0, labMs - sinceMs) / 1000).toFixed(1)} s`;
  if (doing === 'stopped') return [`stopped, ${forS}`, 'stopped'];
  return by.length === 0
    ? [`held, ${forS}`]
    : [`held by ${by.join(', ')}: ${forS}`, `held, ${forS}`];
}
