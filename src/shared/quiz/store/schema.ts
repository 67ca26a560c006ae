/**
 * The tables of the quiz and their version. Runs on the main thread. It changes a file only if that
 * is empty or a quiz's.
 */
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { StartError } from '../../../base/errors.js';

/** Marks the file as a quiz's: "quiz" in ASCII. */
const APPLICATION_ID = 0x7175697a;
const VERSION = 1;

/**
 * A game keeps copies of its questions, so that it survives changes of the file they came from.
 * AUTOINCREMENT never reuses a game's number, so a late answer cannot count for the next game.
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
 * Checks the file, creates the tables in an empty one, and proves that it is writable.
 * @throws StartError when the file is damaged, another program's, or a later version's
 * @throws Error of SQLite when it cannot be read or written
 */
export function prepareSchema(database: DatabaseSyncInstance): void {
  const inUse = checkOwner(database);
  const { quick_check: health } = database.prepare('PRAGMA quick_check(1)').get() as {
    quick_check: string;
  };
  if (health !== 'ok') throw new StartError(`it is damaged: ${health}`);
  // Each commit is appended to one file and synced to the disk; readers in other processes never
  // wait for it.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
  database.exec('BEGIN IMMEDIATE');
  // Another server may have created the tables in between.
  if (!inUse && !checkOwner(database)) database.exec(TABLES);
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${VERSION}`);
  database.exec('COMMIT');
}

/**
 * @returns whether the tables exist
 * @throws StartError when the file is another program's or a later version's
 */
function checkOwner(database: DatabaseSyncInstance): boolean {
  const application = numberOf(database, 'PRAGMA application_id');
  const version = numberOf(database, 'PRAGMA user_version');
  const tables = numberOf(database, 'SELECT count(*) FROM sqlite_schema');
  if (application === 0 && version === 0 && tables === 0) return false;
  if (application !== APPLICATION_ID) throw new StartError('it is a database of another program');
  if (version !== VERSION) {
    throw new StartError(
      `its schema is version ${version}, and this program knows version ${VERSION} only`,
    );
  }
  return true;
}

function numberOf(database: DatabaseSyncInstance, query: string): number {
  const row = database.prepare(query).get() as Record<string, number>;
  return Object.values(row)[0] ?? 0;
}
