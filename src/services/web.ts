/**
 * A web server for the files of one folder (`--root`): GET and HEAD over HTTP/1.0 and 1.1. Its
 * parts are in web/. Bytes pass them in this order:
 *
 *     conversation.ts ── parser.ts ──► request ── answer.ts ──► cache.ts, or target.ts ── resolve.ts ──► file
 */
import { opendirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ConnectionLost, type Connection, type EarlyEnd } from '../connection/connection.js';
import { COMPILED } from '../base/programs.js';
import { StartError } from '../base/errors.js';
import { fileReason } from '../base/file-reason.js';
import { Site } from './web/answer.js';
import { Conversation } from './web/conversation.js';
import { RequestLog } from './web/request-log.js';
import { refusal } from './web/request.js';
import type { Service, ServiceOptions } from './service.js';

/** This thread's sites, by the options of their servers. */
const sites = new WeakMap<ServiceOptions, Site>();

export const service: Service = {
  check({ root }) {
    try {
      opendirSync(root).closeSync();
    } catch (error) {
      const reason = fileReason(error, 'directory');
      throw new StartError(`cannot serve --root ${root}: ${reason}`, { cause: error });
    }
  },
  serve: (connection, { options, log }) =>
    converse(
      connection,
      siteOf(options),
      options.logRequests ? new RequestLog(connection.id, log) : undefined,
    ),
  // Requests for this very file, as it was compiled: it is there, and small.
  rehearsal() {
    const site = new Site(fileURLToPath(new URL('src/services/', COMPILED)));
    return {
      message: 'GET /web.js HTTP/1.1\r\nHost: rehearsal\r\n\r\n',
      serve: async (connection) => {
        await converse(connection, site);
      },
    };
  },
};

async function converse(
  connection: Connection,
  site: Site,
  log?: RequestLog,
): Promise<EarlyEnd | undefined> {
  const conversation = new Conversation(connection, site, { log });
  try {
    await connection.forEachChunk((chunk) => conversation.onChunk(chunk));
    await conversation.endWith(refusal(400, 'the request ends before it is complete'));
    return conversation.isEarly ? 'early' : undefined;
  } catch (error) {
    if (ConnectionLost.is(error)) {
      if (error.reason === 'idle') await conversation.endWith(STALLED);
      else if (error.reason === 'request deadline') await conversation.endWith(TOO_SLOW);
    }
    throw error;
  }
}

const TOO_SLOW = refusal(408, 'the request took too long');
const STALLED = refusal(408, 'the rest of the request did not come in time');

function siteOf(options: ServiceOptions): Site {
  const known = sites.get(options);
  if (known) return known;
  const site = new Site(options.root);
  sites.set(options, site);
  return site;
}
