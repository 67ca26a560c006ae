/**
 * A key-value store: `SET key value`, `GET key`, `DELETE key`. All clients see the same keys: they
 * live in an object on the main thread, which each client's handler calls through its session.
 *
 *     handoff serve examples/key-value.js
 *     printf 'SET city Oslo\nGET city\n' | handoff connect --port 9000
 */
// @ts-check
import { forEachMessage, reply } from 'handoff';

/** Memory is bounded: anyone may add keys. */
const MOST_KEYS = 10_000;

/**
 * What a handler can call. It may run on another thread: it awaits every result.
 * @template T
 * @typedef {import('handoff').MaybePromise<T>} MaybePromise
 */
/**
 * @typedef {import('handoff').Session & {
 *   set(key: string, value: string): MaybePromise<boolean>,
 *   get(key: string): MaybePromise<string | undefined>,
 *   remove(key: string): MaybePromise<boolean>,
 * }} Keys
 */

/** @type {import('handoff').Service<Keys>} */
export const service = {
  // Called once, on the main thread: one owner, so there are no locks.
  share() {
    /** @type {Map<string, string>} */
    const values = new Map();
    /** @type {Keys} */
    const keys = {
      set(key, value) {
        if (values.size >= MOST_KEYS && !values.has(key)) return false;
        values.set(key, value);
        return true;
      },
      get: (key) => values.get(key),
      remove: (key) => values.delete(key),
      leave: () => undefined,
    };
    return { enter: () => keys };
  },

  serve: (connection, { options, shared }) =>
    forEachMessage(connection, options.framing, async (line) => {
      const [, verb, key = '', value] = /^(\w+) (\S+)(?: (.*))?$/.exec(line) ?? [];
      const answer = (/** @type {string} */ text) => reply(connection, `${text}\n`);
      if (verb === 'SET' && value !== undefined)
        return answer((await shared.set(key, value)) ? 'OK' : 'ERR full');
      if (verb === 'GET') return answer((await shared.get(key)) ?? 'ERR no such key');
      if (verb === 'DELETE') return answer((await shared.remove(key)) ? 'OK' : 'ERR no such key');
      return answer('ERR expected: SET key value, GET key or DELETE key');
    }),
};
