/** Puts the time of arrival in front of each text of a terminal. Its own process, main thread. */
import { timeOfDay } from '../../base/clock.js';
import { paint, type Terminal } from './terminal.js';

export function withTimes(terminal: Terminal): Terminal {
  return {
    interactive: terminal.interactive,
    listen: (listener) => terminal.listen(listener),
    show: (text) => terminal.show(`${paint(timeOfDay(), 'gray')} ${text}`),
    ask: (prompt, secret) => terminal.ask(prompt, secret),
    flushed: () => terminal.flushed(),
    close: () => terminal.close(),
  };
}
