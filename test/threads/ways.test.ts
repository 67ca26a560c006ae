/**
 * Every way to a thread in short: nothing stays open, a death ends one client, a stop ends all. The
 * faults have the same with 20,000 clients.
 */
import { describe, it } from 'node:test';
import { leavesNothingBehind, stopsUnderLoad, survivesDeaths } from '../support/hand-off-checks.js';
import { WAYS } from '../support/models.js';

for (const way of WAYS) {
  describe(`hand-off by ${way}`, { timeout: 60_000 }, () => {
    it('leaves descriptors, threads and memory where they were', (t) =>
      leavesNothingBehind(t, way, { warmUp: 250, cycles: 500 }));

    it('loses the client of a thread that dies, and no other', (t) => survivesDeaths(t, way, 3));

    it('stops in the middle of a rush', (t) => stopsUnderLoad(t, way));
  });
}
