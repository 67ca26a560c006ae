/**
 * The exchange of a job: what its clients send, and what a right answer is. Runs in the load
 * process, once for each job. Read next: exchange.ts.
 */
import type { Content } from '../protocol/jobs.js';
import { CapitalizedPayloads } from './capitalized-payloads.js';
import { EchoPayloads } from './echo-payloads.js';
import type { Exchange } from './exchange.js';
import { FixedExchange } from './fixed-exchange.js';

interface ContentSettings {
  readonly clients: number;
  readonly messageBytes: number;
  readonly content?: Content;
}

/** @throws Error for an invalid message size */
export function exchangeOf({ clients, messageBytes, content }: ContentSettings): Exchange {
  switch (content?.kind) {
    case undefined:
      return new EchoPayloads(clients, messageBytes);
    case 'capitalized':
      return new CapitalizedPayloads(clients, messageBytes);
    case 'fixed':
      return new FixedExchange(
        [Uint8Array.from(Buffer.from(content.request, 'base64'))],
        Uint8Array.from(Buffer.from(content.answer, 'base64')),
      );
  }
}
