/**
 * The quiz's SQL statements, prepared once for each database, and the shapes of their rows. Runs on
 * the main thread.
 */
import type { DatabaseSyncInstance } from '@photostructure/sqlite';

export interface PlayerRow {
  readonly id: number;
  readonly name: string;
  readonly password: string | null;
  readonly total: number;
}

export interface TurnRow {
  readonly id: number;
  readonly answered: number;
  readonly length: number;
  readonly question: string;
}

export function prepareStatements(database: DatabaseSyncInstance) {
  return {
    player: database.prepare('SELECT id, name, password, total FROM players WHERE key = ?'),
    // Players are never removed.
    lastPlayer: database.prepare('SELECT coalesce(max(id), 0) AS last FROM players'),
    addPlayer: database.prepare('INSERT INTO players (key, name, password) VALUES (?, ?, ?)'),
    becomeAccount: database.prepare('UPDATE players SET name = ?, password = ? WHERE id = ?'),
    turn: database.prepare(
      `SELECT games.id, answered, length, question FROM games
       JOIN game_questions ON game = games.id AND number = answered + 1 WHERE player = ?`,
    ),
    addGame: database.prepare('INSERT INTO games (player, length) VALUES (?, ?)'),
    addQuestion: database.prepare(
      'INSERT INTO game_questions (game, number, question) VALUES (?, ?, ?)',
    ),
    countAnswer: database.prepare(
      `UPDATE games SET answered = answered + 1, points = points + ? WHERE id = ? AND answered = ?
       RETURNING points`,
    ),
    removeGame: database.prepare('DELETE FROM games WHERE id = ?'),
    addPoints: database.prepare(
      'UPDATE players SET total = total + ?, games = games + 1 WHERE id = ?',
    ),
    standing: database.prepare(
      `SELECT (SELECT count(*) FROM players WHERE games > 0 AND total > ?) AS better,
              (SELECT count(*) FROM players WHERE games > 0) AS players`,
    ),
    top: database.prepare(
      `SELECT rank() OVER (ORDER BY total DESC) AS rank, name, total FROM players WHERE games > 0
       ORDER BY total DESC, key LIMIT ?`,
    ),
  };
}
