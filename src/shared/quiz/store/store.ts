/**
 * What the quiz keeps: players, their totals, and their unfinished games. Main thread. Every method is one transaction:
 * what it returned will be there after a crash, and when it threw, nothing of it was done. sqlite.ts implements it.
 */

export const LETTERS = ['A', 'B', 'C', 'D'] as const;
export type Letter = (typeof LETTERS)[number];

export interface Question {
  readonly text: string;
  /** Beside A, B, C and D. */
  readonly options: readonly string[];
  readonly answer: Letter;
}

/** Whom a client plays for. Names with the same key are the same player. */
export interface Identity {
  readonly key: string;
  readonly name: string;
  readonly isGuest: boolean;
}

export interface Account {
  readonly name: string;
  /** Its hash; undefined for a guest. */
  readonly password: string | undefined;
}

/** The question that is to be answered next in a player's unfinished game. */
export interface Turn {
  /** Never used for another game. */
  readonly game: number;
  /** From 1. */
  readonly number: number;
  readonly of: number;
  readonly question: Question;
}

export interface Standing {
  readonly total: number;
  readonly rank: number;
  /** How many players have a rank: all who have finished a game. */
  readonly players: number;
}

/**
 * Other connections, or another server on the same file, play for the same player or have changed it:
 * `registered`: a guest's name has become an account's; `passed`: that turn is over already.
 */
export type Overtaken = 'registered' | 'passed';

export interface Registered {
  /** Of the unfinished game that a guest of that name has left. */
  readonly turn: Turn | undefined;
}

export interface Counted {
  /** In this game, up to now. */
  readonly points: number;
  /** Undefined after the last question: then the game is gone and its points are in the total. */
  readonly next: Turn | undefined;
  /** Defined after the last question. */
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

/** Each method throws StoreError when the store cannot do it now. */
export interface QuizStore {
  account(key: string): Account | undefined;
  /**
   * Makes an account; a guest of that name becomes it, with points and game. The game comes with the answer: to ask for it
   * afterwards might fail, when the account is there already.
   * @returns undefined if the name was taken
   */
  register(key: string, name: string, password: string): Registered | undefined;
  /** The player's unfinished game. */
  turn(key: string): Turn | undefined;
  /** Begins a game, or goes on with the one that is unfinished. A guest is kept from here on. */
  begin(player: Identity, questions: readonly Question[]): { turn: Turn; isNew: boolean } | 'registered';
  /** Counts an answer, if that question has not been answered yet. */
  count(player: Identity, turn: Turn, isRight: boolean): Counted | Overtaken;
  ranking(most: number): Ranking;
  close(): void;
}

/** The store cannot be read or written at the moment. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}
