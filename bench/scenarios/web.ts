/**
 * Question: what does HTTP cost on top of a model, and files on top of HTTP?
 *
 * Theory: parsing a request and writing a head outweigh the 1,024 bytes themselves, so the models come closer
 * together than in `echo`. bare-http has the page in memory and looks nothing up: what we lack of it is our files.
 * Look at: requests/s against bare-http and python-threading, and p99 where threads share two cores.
 */
import { PAGE_BYTES } from '../page.js';
import type { LoadScenario } from './scenario.js';

export const web: LoadScenario = {
  kind: 'load',
  name: 'web',
  service: 'web',
  cases: [
    {
      scenario: 'web',
      title: 'web: a page of 1,024 bytes, 64 clients that keep their connections',
      pattern: 'web',
      clients: 64,
      senders: 0,
      silentClients: 0,
      messageBytes: PAGE_BYTES,
    },
  ],
};
