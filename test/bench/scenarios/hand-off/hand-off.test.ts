/** The sentence of the experiment hand-off, and its contenders. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CaseResult, RoundValues } from '../../../../bench/analysis/experiment.js';
import { handOff } from '../../../../bench/scenarios/hand-off.js';
import { waysOf } from '../../../../bench/scenarios/hand-off/ways.js';
import type { Bench } from '../../../../bench/scenarios/scenario.js';
import { handOffs, handOffsOf } from '../../../../src/serving/hand-off.js';
import { contenderOf, roundOf } from '../../../support/bench/samples.js';

const RATES = [900, 950, 1000, 1050, 1100];
const stage = (name: string) => ({ ...contenderOf(name, RATES), kind: 'variant' as const });

const seenOf = (...cases: CaseResult[]) => handOff.seen({ name: 'hand-off', cases, remarks: [] });

describe('the sentence of hand-off', () => {
  it('has the whole of the default way, and how much of it the stages explain', () => {
    const contenders = [stage('woken'), stage('whole')];
    const seen = seenOf({ name: 'idle', title: 'idle', contenders });
    assert.match(seen, /^idle: the hand-off took at most 2\.\d+ ms for half of the connections/);
    assert.match(seen, /the means of the stages add up to 100\.0 % of the whole\.$/);
  });

  it('says so if the stages of a way do not add up', () => {
    const contenders = ['share: woken', 'share: first instruction', 'share: whole'].map(stage);
    const seen = seenOf({ name: 'idle', title: 'idle', contenders });
    assert.match(seen, /the stages of share do NOT add up to the whole: 200\.0 %/);
  });

  it('has the survivors, and a server that served no new client', () => {
    const server = (name: string, values: RoundValues) => ({
      ...contenderOf(name, []),
      rounds: [roundOf(1, 1, { values })],
    });
    const contenders = [
      server('thread-per-client', { survivors: 32, newClientMs: 3 }),
      server('event-loop', { survivors: 0 }),
    ];
    assert.match(
      seenOf({ name: 'a worker dies', title: 'a worker dies', clients: 32, contenders }),
      /thread-per-client 32 of 32; event-loop 0 of 32, and no new client was served\.$/,
    );
  });

  it('compares the ways with the event loop', () => {
    const contenders = ['event-loop', 'thread-per-client'].map((name) => contenderOf(name, RATES));
    assert.match(
      seenOf({ name: 'connections, 16 clients', title: 'connections', contenders }),
      /thread-per-client 1\.00 .*of event-loop/,
    );
  });
});

describe('the contenders of hand-off', () => {
  const bench = (takesPart: Bench['takesPart']) => ({ takesPart }) as Bench;
  const all = waysOf(
    bench(() => true),
    '/tmp',
  );
  const threads = all.filter(({ name, variantOf = name }) => variantOf === 'thread-per-client');

  it('are all ways of a model, the default one under its own name', () => {
    const [first, ...others] = handOffsOf('thread-per-client');
    assert.deepEqual(
      threads.map(({ name }) => name),
      ['thread-per-client', ...others.map((way) => `thread-per-client, ${way}`)],
    );
    assert.notEqual(first, undefined);
  });

  it('say what this Node lacks for a way', () => {
    handOffsOf('thread-per-client').forEach((way, place) => {
      const lacking = handOffs[way].lacking();
      const reason = threads[place]?.unavailable('echo');
      assert.equal(reason, lacking === undefined ? undefined : `it needs ${lacking}`);
    });
  });

  it('have no two of one name, and the event loop to compare with', () => {
    const names = all.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    assert.ok(names.includes('event-loop'));
    assert.ok(names.includes('node-cluster'));
  });

  it('follow --model', () => {
    const named = waysOf(
      bench(({ name, variantOf = name }) => variantOf === 'event-loop'),
      '/tmp',
    );
    assert.deepEqual(
      named.map(({ name }) => name),
      ['event-loop'],
    );
  });
});
