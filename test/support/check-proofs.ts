/**
 * Proves the checks of an exercise from both sides: a server with a usual mistake fails each of them,
 * and the document's own server passes what is required. Most of the time is waiting, so an
 * exercise's proofs overlap.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Exercise } from '../../src/check/check.js';
import {
  checked,
  faultsOf,
  pythonCommand,
  startedServer,
  withoutPython,
  withRequirements,
} from './check.js';
import { MISTAKES } from './mistakes.js';

/** The limit of a check, and the start of its server on a busy machine. */
const MOST_MS = 16_000;

const bounds = { timeout: 120_000, concurrency: 4, skip: withoutPython };

/** Whether its checks belong to `make test`: those of the others take minutes. */
export function isAmongTheFirst({ name, transport }: Exercise): boolean {
  return transport === 'tcp' && ['echo', 'capitalize'].includes(name);
}

export function proveChecksOf(exercise: Exercise): void {
  const { name, transport } = exercise;
  const title = transport === 'tcp' ? name : `${name}-${transport}`;
  const file = `${title.replaceAll('-', '_')}.py`;
  // Most checks of the quiz belong to its bonus tasks.
  const conventions = { ...exercise.conventions, bonuses: [1, 2, 3] };
  const checks = exercise.checks(conventions);

  describe(`the checks of ${title}`, bounds, () => {
    it('are passed by the document’s own server, where its text requires them', async (t) => {
      const server = startedServer(t, pythonCommand(`course/${file}`), transport);
      const faults = faultsOf(await checked(exercise, server, { conventions }));
      assert.deepEqual(
        faults.filter((fault) => !fault.startsWith('advice: ')),
        [],
      );
    });

    for (const { sentence } of checks) {
      const mistake = MISTAKES[title]?.[sentence];
      it(`catch ${mistake ?? 'no mistake'}: ${sentence}`, async (t) => {
        assert.ok(mistake !== undefined, `no broken server proves “${sentence}”`);
        const server = startedServer(t, pythonCommand(`broken/${file}`, mistake), transport);
        const results = await checked(exercise, server, {
          conventions,
          checks: withRequirements(checks, sentence),
        });
        const [verdict] = results.slice(-1);
        assert.equal(verdict?.sentence, sentence);
        assert.equal(verdict.status, 'failed', faultsOf(results).join('\n'));
        assert.ok(verdict.durationMs < MOST_MS, `${Math.round(verdict.durationMs)} ms`);
      });
    }

    it('have no mistake without its check', () => {
      const sentences = new Set(checks.map(({ sentence }) => sentence));
      const unknown = Object.keys(MISTAKES[title] ?? {}).filter((one) => !sentences.has(one));
      assert.deepEqual(unknown, []);
    });
  });
}
