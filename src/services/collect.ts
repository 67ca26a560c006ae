/**
 * Reads until end of stream and logs one record: the pieces, as they were received, and the total.
 * A client that has closed only its sending side gets `OK <bytes>`.
 */
import { asBuffer, reply } from '../connection/text.js';
import type { Service } from './service.js';

/** Limits of the record. A log line must stay below 4,096 bytes, or a pipe may tear it. */
const RECORD_BYTES = 512;
const RECORD_PIECES = 64;

export const service: Service = {
  async serve(connection, { log }) {
    const pieces: string[] = [];
    let keptBytes = 0;
    let count = 0;
    let bytes = 0;
    await connection.forEachChunk((chunk) => {
      count += 1;
      bytes += chunk.length;
      const kept = asBuffer(chunk).toString('utf8', 0, RECORD_BYTES - keptBytes);
      if (kept !== '' && pieces.length < RECORD_PIECES) pieces.push(kept);
      keptBytes += Math.min(chunk.length, RECORD_BYTES - keptBytes);
      return undefined;
    });
    const complete = bytes === keptBytes && count === pieces.length;
    log.info({ connection: connection.id, bytes, count, pieces, complete }, 'collected');
    await reply(connection, `OK ${bytes}\n`);
  },
};
