/**
 * The tables of the quiz and their version. Main thread. A file is changed only once it is known to be ours, or empty.
 */
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { StartError } from '../../../base/errors.js';

/** Marks the file as a quiz's: "quiz" in ASCII. */
const APPLICATION_ID = 0x7175697a;
const VERSION = 1;

/**
 * A game keeps its questions: they stay what they were, whatever becomes of the file they came from.
 * Its number is never used again, so that a late answer cannot be taken for one to the player's next game.
 */
const TABLES = `
  CREATE TABLE players (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password TEXT,
    total INTEGER NOT NULL DEFAULT 0,
    games INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX ranking ON players (total DESC, key) WHERE games > 0;
  CREATE TABLE games (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    player INTEGER NOT NULL UNIQUE REFERENCES players (id),
    length INTEGER NOT NULL,
    answered INTEGER NOT NULL DEFAULT 0,
    points INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE game_questions (
    game INTEGER NOT NULL REFERENCES games (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    question TEXT NOT NULL,
    PRIMARY KEY (game, number)
  ) STRICT, WITHOUT ROWID;
`;

/**
 * Checks the file, makes the tables in an empty one, and proves that it can be written.
 * @throws StartError when it is another program's or a later version's
 */
export function prepareSchema(database: DatabaseSyncInstance): void {
  const inUse = checkOwner(database);
  const { quick_check: health } = database.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
  if (health !== 'ok') throw new StartError(`it is damaged: ${health}`);
  // Commits append to one file and are synced to the disk each; readers of other processes never wait for them.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
  database.exec('BEGIN IMMEDIATE');
  // Another server may have made the tables in between.
  if (!inUse && !checkOwner(database)) database.exec(TABLES);
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${VERSION}`);
  database.exec('COMMIT');
}

/** @returns whether the tables are there */
function checkOwner(database: DatabaseSyncInstance): boolean {
  const application = numberOf(database, 'PRAGMA application_id');
  const version = numberOf(database, 'PRAGMA user_version');
  const tables = numberOf(database, 'SELECT count(*) FROM sqlite_schema');
  if (application === 0 && version === 0 && tables === 0) return false;
  if (application !== APPLICATION_ID) throw new StartError('it is a database of another program');
  if (version !== VERSION) {
    throw new StartError(`its schema is version ${version}, and this program knows version ${VERSION} only`);
  }
  return true;
}

function numberOf(database: DatabaseSyncInstance, query: string): number {
  const row = database.prepare(query).get() as Record<string, number>;
  return Object.values(row)[0] ?? 0;
}
