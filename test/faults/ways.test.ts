/** 20,000 clients of every kind, and threads that die again and again, by every way to a thread. */
import { describe, it } from 'node:test';
import { leavesNothingBehind, survivesDeaths } from '../support/hand-off-checks.js';
import { WAYS } from '../support/models.js';

for (const way of WAYS) {
  describe(`hand-off by ${way}, for long`, { timeout: 300_000 }, () => {
    it('leaves descriptors, threads and memory where they were', (t) =>
      leavesNothingBehind(t, way, { warmUp: 10_000, cycles: 20_000 }));

    it('loses the clients of threads that die, and no other', (t) => survivesDeaths(t, way, 30));
  });
}
