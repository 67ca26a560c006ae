/**
 * Half an hour of the lab with an open page: LAB_MINUTES, 30 by default. After the first part, in which
 * the page's recording and the lab's copies of the logs fill, nothing may grow any more.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chromium, startBrowser, withoutBrowser } from '../support/browser.js';
import { watchedMemory, type LabMemory } from '../support/lab-memory.js';

const MINUTES = Number(process.env['LAB_MINUTES'] ?? 30);
const SAMPLES = 60;
/** In MB, between the second third and the last one. Garbage of a process may wait to be collected. */
const MOST_GROWN: LabMemory = { page: 30, lab: 30, servers: 60 };

const command = chromium();
const options = { skip: withoutBrowser(command), timeout: MINUTES * 60_000 + 120_000 };

describe(`${MINUTES} minutes of the lab`, options, () => {
  it('need no more memory at their end than after their first third', async (t) => {
    assert.ok(command);
    const browser = await startBrowser(command);
    t.after(() => browser.close());
    const samples = await watchedMemory(browser, MINUTES * 60_000, SAMPLES);
    const third = Math.floor(samples.length / 3);
    const before = largest(samples.slice(third, 2 * third));
    const after = largest(samples.slice(2 * third));
    t.diagnostic(JSON.stringify({ before, after }));
    for (const of of ['page', 'lab', 'servers'] as const)
      assert.ok(after[of] - before[of] < MOST_GROWN[of], `${of}: ${before[of]}, ${after[of]} MB`);
  });
});

function largest(samples: readonly LabMemory[]): LabMemory {
  return {
    page: Math.max(...samples.map(({ page }) => page)),
    lab: Math.max(...samples.map(({ lab }) => lab)),
    servers: Math.max(...samples.map(({ servers }) => servers)),
  };
}
