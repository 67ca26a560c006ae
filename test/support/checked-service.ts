/**
 * One of the project's own services passes all checks of its exercise, advice included, under every
 * model: on one server for all checks, given by its address.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Conventions, Exercise } from '../../src/check/check.js';
import { inferModel } from '../../src/check/model.js';
import { GivenServer } from '../../src/check/server-under-test.js';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { checked, faultsOf } from './check.js';
import { startDatagrams } from './datagrams.js';
import { ROOT } from './documents.js';
import { DATAGRAM_MODELS, isConcurrent } from './models.js';
import { startServer } from './server.js';

type Settings = NonNullable<Parameters<typeof startServer>[1]>;

/** Settings of a service that differ from the defaults, and what its clients then do. */
const SETTINGS: Readonly<
  Record<string, { readonly settings?: Settings; readonly conventions?: Partial<Conventions> }>
> = {
  chat: { conventions: { framing: 'line' } },
  'chat-hii': { settings: { service: 'chat', options: { dialect: 'hii' } } },
  quiz: {
    settings: { options: { store: ':memory:' } },
    conventions: { join: 'GUEST {name}', start: 'PLAY {n}', bonuses: [1, 2, 3] },
  },
  web: { settings: { options: { root: ROOT } }, conventions: { file: 'package.json' } },
  count: { settings: { options: { maxPauseMs: 200 } } },
};

/** What a server cannot do that serves one client at a time. */
const NEEDS_TWO: Readonly<Record<string, string>> = {
  chat: 'two clients are served at the same time',
  'chat-hii': 'two clients are served at the same time',
  count: 'two clients count at the same time',
  hangman: 'two clients play games of their own',
  quiz: 'two clients play at the same time',
  tictactoe: 'two players get “init@”, a game id and both names',
  web: 'a client that sends nothing holds up no one',
};

/** Only a command can be started again, and its output is seen. */
const NEEDS_COMMAND = /the server was given by its address/;

export function checkService(exercise: Exercise): void {
  const { name, transport } = exercise;
  const { settings = {}, conventions = {} } = SETTINGS[name] ?? {};

  describe(`${name} over ${transport}`, { timeout: 120_000, concurrency: 3 }, () => {
    for (const model of transport === 'udp' ? DATAGRAM_MODELS : MODEL_NAMES) {
      it(`passes every check under ${model}`, async (t) => {
        const { port } =
          transport === 'udp'
            ? await startDatagrams(t, { service: name, model })
            : await startServer(t, { service: name, model, threads: { most: 32 }, ...settings });
        const server = new GivenServer({ host: '127.0.0.1', port });
        const results = await checked(exercise, server, { conventions, isStrict: true });
        const faults = faultsOf(results).filter((fault) => !NEEDS_COMMAND.test(fault));
        const two = NEEDS_TWO[name];
        if (isConcurrent(model) || two === undefined) assert.deepEqual(faults, []);
        else {
          // Those that are skipped need a second client, too.
          const failed = results.filter(({ status }) => status === 'failed');
          assert.deepEqual(
            failed.map(({ sentence }) => sentence),
            [two],
          );
        }
        if (exercise.isServed === undefined) return;
        const inferred = await inferModel(
          server,
          { ...exercise.conventions, ...conventions },
          exercise.isServed,
        );
        assert.equal(inferred?.name, isConcurrent(model) ? 'concurrent' : 'one at a time');
      });
    }
  });
}
