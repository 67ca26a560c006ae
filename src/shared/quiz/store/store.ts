/**
 * The interface of the quiz's store: players, their totals, and their unfinished games. Called on
 * the main thread. Each method is one transaction: its result survives a crash, and if it throws,
 * nothing was changed. sqlite.ts implements it.
 */

export const LETTERS = ['A', 'B', 'C', 'D'] as const;
export type Letter = (typeof LETTERS)[number];

export interface Question {
  readonly text: string;
  /** The options A, B, C and D, in this order. */
  readonly options: readonly string[];
  readonly answer: Letter;
}

/** The player of a client. Names with the same key are the same player. */
export interface Identity {
  readonly key: string;
  readonly name: string;
  readonly isGuest: boolean;
}

export interface Account {
  readonly name: string;
  /** The password's hash; undefined for a guest. */
  readonly password: string | undefined;
}

/** The next question of a player's unfinished game. */
export interface Turn {
  /** The number of the game, which is never used for another one. */
  readonly game: number;
  /** The number of the question in its game, from 1. */
  readonly number: number;
  readonly of: number;
  readonly question: Question;
}

export interface Standing {
  readonly total: number;
  readonly rank: number;
  /** The number of players that have a rank: those that have finished a game. */
  readonly players: number;
}

/**
 * Another connection, or another server on the same file, has changed the player. `registered`: the
 * guest's name now belongs to an account. `passed`: the turn is over already.
 */
export type Overtaken = 'registered' | 'passed';

export interface Registered {
  /** The next question of the unfinished game that a guest of that name has left. */
  readonly turn: Turn | undefined;
}

export interface Counted {
  /** The points of this game so far. */
  readonly points: number;
  /**
   * Undefined after the last question: then the game is deleted and its points are in the total.
   */
  readonly next: Turn | undefined;
  /** Set after the last question. */
  readonly standing: Standing | undefined;
}

export interface RankedPlayer {
  readonly rank: number;
  readonly name: string;
  readonly total: number;
}

export interface Ranking {
  readonly top: readonly RankedPlayer[];
  readonly players: number;
}

/** @throws StoreError from each method, when the store cannot be read or written */
export interface QuizStore {
  account(key: string): Account | undefined;
  /**
   * Creates an account. A guest of that name becomes it and keeps points and game. The game is part
   * of the result, since a second call for it might fail when the account already exists.
   * @returns undefined if the name is taken
   */
  register(key: string, name: string, password: string): Registered | undefined;
  /** The next question of the player's unfinished game. */
  turn(key: string): Turn | undefined;
  /** Begins a game, or continues the unfinished one. From here on the store keeps a guest. */
  begin(
    player: Identity,
    questions: readonly Question[],
  ): { turn: Turn; isNew: boolean } | 'registered';
  /** Counts an answer, if its question has not been answered yet. */
  count(player: Identity, turn: Turn, isRight: boolean): Counted | Overtaken;
  ranking(most: number): Ranking;
  close(): void;
}

/** The store cannot be read or written at the moment. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}
