/**
 * The quiz's store in a SQLite file. Runs on the main thread: calls are synchronous, a commit takes
 * about half a millisecond.
 *
 * Several servers may use one file, so each transaction first checks that its turn is still open.
 * Read transactions.ts next.
 */
import { closeSync, openSync, type BigIntStats } from 'node:fs';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { StartError } from '../../../base/errors.js';
import { fileReason } from '../../../base/file-reason.js';
import { statsOf } from '../../../base/stats.js';
import { prepareSchema } from './schema.js';
import { prepareStatements, type PlayerRow, type TurnRow } from './statements.js';
import {
  StoreError,
  type Account,
  type Counted,
  type Identity,
  type Overtaken,
  type Question,
  type QuizStore,
  type RankedPlayer,
  type Ranking,
  type Registered,
  type Standing,
  type Turn,
} from './store.js';
import { retryWhileBusy, transaction } from './transactions.js';

const BUSY_AT_START_MS = 1000;
/** Guests need no password: without a bound, they could fill the disk. */
const MAX_PLAYERS = 100_000;
const IN_MEMORY = ':memory:';

/**
 * Opens the store, and creates it if necessary.
 * @param path absolute, or `:memory:`
 * @throws StartError when the file cannot be opened, read and written
 */
export function openSqliteStore(path: string): QuizStore {
  let database: DatabaseSyncInstance | undefined;
  try {
    if (path !== IN_MEMORY) makeFile(path);
    database = new DatabaseSync(path, { timeout: BUSY_AT_START_MS });
    prepareSchema(database);
    database.exec('PRAGMA busy_timeout = 0');
    return new SqliteStore(database);
  } catch (error) {
    database?.close();
    const reason = fileReason(error, 'directory');
    throw new StartError(`cannot use the store ${path}: ${reason}`, { cause: error });
  }
}

/**
 * Creates the file before SQLite does. SQLite would let other users read the password hashes, and
 * its errors do not say what is wrong.
 */
function makeFile(path: string): void {
  const existing = statsOf(path);
  // Opening a FIFO waits for its other end, and SQLite waits for a lock of a device.
  if (existing && !existing.isFile()) throw new Error(`it is ${kindOf(existing)}, not a file`);
  closeSync(openSync(path, 'a', 0o600));
}

function kindOf(existing: BigIntStats): string {
  if (existing.isDirectory()) return 'a folder';
  if (existing.isFIFO()) return 'a FIFO';
  return existing.isSocket() ? 'a socket' : 'a device';
}

class SqliteStore implements QuizStore {
  readonly #database: DatabaseSyncInstance;
  readonly #sql;

  constructor(database: DatabaseSyncInstance) {
    this.#database = database;
    this.#sql = prepareStatements(database);
  }

  account(key: string): Account | undefined {
    return retryWhileBusy(() => {
      const row = this.#player(key);
      return row && { name: row.name, password: row.password ?? undefined };
    });
  }

  register(key: string, name: string, password: string): Registered | undefined {
    return transaction(this.#database, () => {
      const known = this.#player(key);
      if (known === undefined) this.#add(key, name, password);
      else if (known.password === null) this.#sql.becomeAccount.run(name, password, known.id);
      else return undefined;
      return { turn: known && this.#turn(known.id) };
    });
  }

  turn(key: string): Turn | undefined {
    return retryWhileBusy(() => {
      const player = this.#player(key);
      return player && this.#turn(player.id);
    });
  }

  begin(
    player: Identity,
    questions: readonly Question[],
  ): { turn: Turn; isNew: boolean } | 'registered' {
    return transaction(this.#database, () => {
      const known = this.#player(player.key);
      if (player.isGuest && known && known.password !== null) return 'registered';
      const id = known?.id ?? this.#add(player.key, player.name, null);
      const unfinished = this.#turn(id);
      if (unfinished) return { turn: unfinished, isNew: false };
      const { lastInsertRowid: game } = this.#sql.addGame.run(id, questions.length);
      questions.forEach((question, index) =>
        this.#sql.addQuestion.run(game, index + 1, JSON.stringify(question)),
      );
      const turn = this.#turn(id);
      if (turn === undefined) throw new Error('a game needs questions');
      return { turn, isNew: true };
    });
  }

  count(player: Identity, turn: Turn, isRight: boolean): Counted | Overtaken {
    return transaction(this.#database, () => {
      const known = this.#player(player.key);
      if (player.isGuest && known && known.password !== null) return 'registered';
      const counted = this.#sql.countAnswer.get(isRight ? 1 : 0, turn.game, turn.number - 1) as
        | { points: number }
        | undefined;
      if (known === undefined || counted === undefined) return 'passed';
      const { points } = counted;
      if (turn.number < turn.of) return { points, next: this.#turn(known.id), standing: undefined };
      // One transaction removes the game and adds its points: both happen once, or neither.
      this.#sql.removeGame.run(turn.game);
      this.#sql.addPoints.run(points, known.id);
      return { points, next: undefined, standing: this.#standing(known.total + points) };
    });
  }

  ranking(most: number): Ranking {
    return retryWhileBusy(() => ({
      top: this.#sql.top.all(most) as RankedPlayer[],
      players: this.#standing(0).players,
    }));
  }

  /**
   * Closes the store and removes SQLite's log, which makes the database one file again. The
   * library's close() would do that only after all statements were garbage-collected; until then
   * SQLite keeps the connection and its locks.
   */
  close(): void {
    if (!this.#database.isOpen) return;
    try {
      this.#database.exec('PRAGMA journal_mode = DELETE');
    } catch {
      // Another server uses the file, or it is not writable. The log remains and is read on the
      // next start.
    }
    this.#database.close();
  }

  #player(key: string): PlayerRow | undefined {
    return this.#sql.player.get(key) as PlayerRow | undefined;
  }

  #turn(player: number): Turn | undefined {
    const row = this.#sql.turn.get(player) as TurnRow | undefined;
    if (row === undefined) return undefined;
    const question = JSON.parse(row.question) as Question;
    return { game: row.id, number: row.answered + 1, of: row.length, question };
  }

  #standing(total: number): Standing {
    const { better, players } = this.#sql.standing.get(total) as {
      better: number;
      players: number;
    };
    return { total, rank: better + 1, players };
  }

  #add(key: string, name: string, password: string | null): number {
    const { last } = this.#sql.lastPlayer.get() as { last: number };
    if (last >= MAX_PLAYERS)
      throw new StoreError(`there are ${MAX_PLAYERS} players, no more can be added`);
    return Number(this.#sql.addPlayer.run(key, name, password).lastInsertRowid);
  }
}
