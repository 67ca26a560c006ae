/**
 * The quiz's store: what it keeps, which files it refuses, and that it counts everything exactly
 * once.
 */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { DatabaseSync } from '@photostructure/sqlite';
import { openSqliteStore } from '../../../../src/shared/quiz/store/sqlite.js';
import type {
  Identity,
  Question,
  QuizStore,
  Turn,
} from '../../../../src/shared/quiz/store/store.js';
import { temporaryDirectory } from '../../../support/handoff.js';
import type { Cleanup } from '../../../support/server.js';

const QUESTIONS: readonly Question[] = ['one', 'two', 'three'].map((text) => ({
  text,
  options: ['a', 'b', 'c', 'd'],
  answer: 'A',
}));

function guest(name: string): Identity {
  return { key: name, name, isGuest: true };
}

/** A path for a store of one test. */
function storePath(t: Cleanup): string {
  return join(temporaryDirectory(t), 'quiz.sqlite');
}

function open(t: Cleanup, path = ':memory:'): QuizStore {
  const store = openSqliteStore(path);
  t.after(() => store.close());
  return store;
}

function begin(store: QuizStore, player: Identity, length = 3): Turn {
  const begun = store.begin(player, QUESTIONS.slice(0, length));
  assert.ok(begun !== 'registered');
  return begun.turn;
}

describe('the store of the quiz', { timeout: 60_000 }, () => {
  it('keeps the order of a game’s questions and adds its points to the total at its end', (t) => {
    const store = open(t);
    const ann = guest('ann');
    let turn: Turn | undefined = begin(store, ann);
    const texts: string[] = [];
    let total: number | undefined;
    while (turn) {
      texts.push(`${turn.number}/${turn.of} ${turn.question.text}`);
      assert.deepEqual(store.turn('ann'), turn);
      const counted = store.count(ann, turn, turn.number !== 2);
      assert.ok(typeof counted === 'object');
      turn = counted.next;
      total = counted.standing?.total;
    }
    assert.deepEqual(texts, ['1/3 one', '2/3 two', '3/3 three']);
    assert.equal(total, 2);
    assert.equal(store.turn('ann'), undefined);
  });

  it('continues an unfinished game and begins no second one', (t) => {
    const store = open(t);
    const turn = begin(store, guest('ann'));
    assert.deepEqual(store.begin(guest('ann'), QUESTIONS.slice(2)), { turn, isNew: false });
  });

  it('counts a question once, however often it is answered', (t) => {
    const store = open(t);
    const ann = guest('ann');
    const turn = begin(store, ann, 1);
    assert.equal(typeof store.count(ann, turn, true), 'object');
    assert.equal(store.count(ann, turn, true), 'passed');
    const next = begin(store, ann, 1);
    assert.notEqual(next.game, turn.game);
    assert.equal(store.count(ann, turn, true), 'passed');
    assert.equal(store.ranking(10).top[0]?.total, 1);
  });

  it('gives an account to the first client, with the points of the guest of that name', (t) => {
    const store = open(t);
    const ann = guest('ann');
    store.count(ann, begin(store, ann, 1), true);
    assert.deepEqual(store.account('ann'), { name: 'ann', password: undefined });
    assert.deepEqual(store.register('ann', 'Ann', 'hash'), { turn: undefined });
    assert.equal(store.register('ann', 'ANN', 'other'), undefined);
    assert.deepEqual(store.account('ann'), { name: 'Ann', password: 'hash' });
    const { top, players } = store.ranking(10);
    assert.deepEqual({ ...top[0], players }, { rank: 1, name: 'Ann', total: 1, players: 1 });
    assert.equal(store.begin(ann, QUESTIONS), 'registered');
  });

  it('keeps everything in its file, which only its owner can read', (t) => {
    const path = storePath(t);
    const before = openSqliteStore(path);
    before.register('ann', 'Ann', 'hash');
    const turn = begin(before, { ...guest('ann'), isGuest: false });
    before.close();
    const after = open(t, path);
    assert.deepEqual(after.account('ann'), { name: 'Ann', password: 'hash' });
    assert.deepEqual(after.turn('ann'), turn);
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it('is shared by two servers on one file', (t) => {
    const path = storePath(t);
    const [one, two] = [open(t, path), open(t, path)];
    const ann = guest('ann');
    const turn = begin(one, ann);
    assert.deepEqual(two.turn('ann'), turn);
    assert.equal(typeof two.count(ann, turn, true), 'object');
    assert.equal(one.count(ann, turn, true), 'passed');
    assert.equal(one.turn('ann')?.number, 2);
  });

  it('loses no points that two threads score for one name', async (t) => {
    const path = storePath(t);
    openSqliteStore(path).close();
    const games = 100;
    const module = new URL('../../../../src/shared/quiz/store/sqlite.js', import.meta.url).href;
    const program = `
      import { parentPort, workerData } from 'node:worker_threads';
      const { openSqliteStore } = await import(workerData.module);
      const { path, player, questions } = workerData;
      // A machine with much to do may keep a thread from its turn for longer than a server waits.
      const insist = (work) => {
        for (;;) {
          try {
            return work();
          } catch (error) {
            if (!/is locked/.test(error.message) && error.name !== 'StoreError') throw error;
          }
        }
      };
      const store = insist(() => openSqliteStore(path));
      let points = 0;
      for (let game = 0; game < ${games}; game++) {
        const { turn } = insist(() => store.begin(player, questions));
        const counted = insist(() => store.count(player, turn, true));
        if (counted !== 'passed') points += counted.points;
      }
      store.close();
      parentPort.postMessage(points);
    `;
    const workerData = { module, path, player: guest('ann'), questions: QUESTIONS.slice(0, 1) };
    const url = new URL(`data:text/javascript,${encodeURIComponent(program)}`);
    const points = await Promise.all(
      [1, 2].map(
        () =>
          new Promise<number>((resolve, reject) => {
            new Worker(url, { workerData }).once('message', resolve).once('error', reject);
          }),
      ),
    );
    const acknowledged = points.reduce((sum, more) => sum + more);
    assert.ok(acknowledged >= games);
    assert.equal(open(t, path).ranking(1).top[0]?.total, acknowledged);
  });

  it('changes nothing, and says so, while another program holds the file', (t) => {
    const path = storePath(t);
    const store = open(t, path);
    const ann = guest('ann');
    const turn = begin(store, ann, 1);
    const other = new DatabaseSync(path);
    t.after(() => other.close());
    other.exec('BEGIN IMMEDIATE');
    assert.throws(() => store.count(ann, turn, true), { name: 'StoreError', message: /locked/ });
    assert.throws(() => store.register('bob', 'Bob', 'hash'), { name: 'StoreError' });
    other.exec('ROLLBACK');
    assert.deepEqual(store.turn('ann'), turn);
    assert.equal(store.account('bob'), undefined);
    const counted = store.count(ann, turn, true);
    assert.ok(typeof counted === 'object');
    assert.equal(counted.standing?.total, 1);
  });
});

describe('a store that cannot be used', () => {
  function refused(path: string, complaint: RegExp): void {
    assert.throws(
      () => openSqliteStore(path),
      (error: Error) => {
        assert.equal(error.name, 'StartError');
        assert.ok(error.message.startsWith(`cannot use the store ${path}: `), error.message);
        assert.match(error.message, complaint);
        return true;
      },
    );
  }

  it('is a file of another kind, which stays as it is', (t) => {
    const path = storePath(t);
    const text = 'Dear diary, '.repeat(100);
    writeFileSync(path, text);
    refused(path, /file is not a database/);
    assert.equal(readFileSync(path, 'utf8'), text);
  });

  it('is a damaged database', (t) => {
    const path = storePath(t);
    openSqliteStore(path).close();
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0x5a, 100));
    refused(path, /malformed|damaged/);
  });

  it('is another program’s database, which stays as it is', (t) => {
    const path = storePath(t);
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE players (name TEXT)');
    other.close();
    const bytes = readFileSync(path);
    refused(path, /it is a database of another program/);
    assert.deepEqual(readFileSync(path), bytes);
  });

  it('has the schema of a later version', (t) => {
    const path = storePath(t);
    openSqliteStore(path).close();
    const later = new DatabaseSync(path);
    later.exec('PRAGMA user_version = 2');
    later.close();
    refused(path, /its schema is version 2, and this program knows version 1 only/);
  });

  it('is held by another program', (t) => {
    const path = storePath(t);
    openSqliteStore(path).close();
    const other = new DatabaseSync(path);
    t.after(() => other.close());
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    refused(path, /locked/);
  });

  it('is a directory, or is in one that does not exist', (t) => {
    const folder = temporaryDirectory(t);
    refused(folder, /it is a folder, not a file/);
    refused(join(folder, 'none', 'quiz.sqlite'), /: there is no such directory$/);
  });

  it('is on a device that accepts no data', () => {
    refused('/dev/full', /./);
  });

  const asRoot = process.getuid?.() === 0 && 'root may write everywhere';

  it('is read-only', { skip: asRoot }, (t) => {
    const path = storePath(t);
    openSqliteStore(path).close();
    chmodSync(path, 0o400);
    refused(path, /: no permission$/);
  });

  it('is in a read-only folder', { skip: asRoot }, (t) => {
    const folder = join(temporaryDirectory(t), 'locked');
    mkdirSync(folder, { mode: 0o500 });
    refused(join(folder, 'quiz.sqlite'), /: no permission$/);
  });
});
