/** 20,000 clients of every kind, and threads that die again and again, by every way to a thread. */
import { describe, it } from 'node:test';
import type { HandOffWay } from '../../src/serving/host.js';
import { leavesNothingBehind, survivesDeaths } from '../support/hand-off-checks.js';
import { WAYS } from '../support/models.js';

/** Clients until V8's heaps have stopped growing: a transfer leaves two net.Sockets to collect. */
const WARM_UP: Partial<Record<HandOffWay, number>> = { transfer: 30_000 };

for (const way of WAYS) {
  describe(`hand-off by ${way}, for long`, { timeout: 300_000 }, () => {
    it('leaves descriptors, threads and memory where they were', (t) =>
      leavesNothingBehind(t, way, { warmUp: WARM_UP[way] ?? 20_000, cycles: 20_000 }));

    it('loses the clients of threads that die, and no other', (t) => survivesDeaths(t, way, 30));
  });
}
