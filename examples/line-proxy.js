/**
 * A proxy: passes each line to another server, and the answer back. It waits for that server without
 * blocking: on a thread of its own as well as on the event loop.
 *
 *     handoff serve work                                                    # terminal 1
 *     UPSTREAM=127.0.0.1:5004 handoff serve examples/line-proxy.js          # terminal 2
 *     printf 'work 5\n' | handoff connect --port 9000                       # terminal 3
 */
// @ts-check
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { forEachMessage, reply } from 'handoff';

const WAIT_MS = 5000;

/** @type {import('handoff').Service} */
export const service = {
  async serve(connection, { options }) {
    const [host, port] = (process.env['UPSTREAM'] ?? '127.0.0.1:5004').split(':');
    const upstream = connect({ host, port: Number(port) }).setTimeout(WAIT_MS);
    upstream.once('timeout', () => upstream.destroy(new Error('no answer')));
    // A failure also ends the answers, which is where the client learns of it.
    upstream.on('error', () => undefined);
    const answers = createInterface({ input: upstream })[Symbol.asyncIterator]();
    try {
      await forEachMessage(connection, options.framing, async (line) => {
        upstream.write(`${line}\n`);
        /** @type {IteratorResult<string, undefined>} */
        const answer = await answers.next();
        await reply(
          connection,
          answer.done ? 'ERR the other server is gone\n' : `${answer.value}\n`,
        );
        return answer.done ? 'stop' : undefined;
      });
    } finally {
      upstream.destroy();
    }
  },
};
