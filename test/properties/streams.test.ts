/**
 * The services that answer each chunk with the same bytes or letters: the answers together do not
 * depend on how the bytes are cut.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { conversations, cut, cuts, runs } from './arbitraries.js';
import { surroundings } from './converse.js';

const RUNS = 100;

for (const service of ['capitalize', 'echo']) {
  describe(service, () => {
    it('answers the same however the bytes are cut', async () => {
      const words = ['straße', 'ŉ', 'ﬃ', 'Σς', '😀', 'e\u0301', '\ud800'];
      const property = fc.asyncProperty(conversations(words, 5), cuts, async (bytes, lengths) => {
        const server = await surroundings(service);
        const [whole, pieces] = await Promise.all([
          server.converse([bytes]),
          server.converse(cut(bytes, lengths), 'values'),
        ]);
        assert.equal(pieces, whole);
      });
      await fc.assert(property, runs(RUNS));
    });
  });
}
