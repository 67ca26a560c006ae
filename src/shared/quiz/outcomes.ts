/**
 * The calls of a quiz session and their results. Plain values: under thread-per-client they cross
 * between threads. Types only.
 */
import type { MaybePromise } from '../../connection/connection.js';
import type { Letter, RankedPlayer, Standing } from './store/store.js';
import type { Session } from '../shared.js';

/** A question as a client may see it. */
export interface Asked {
  readonly number: number;
  readonly of: number;
  readonly text: string;
  readonly options: readonly string[];
}

export interface Refused {
  readonly kind: 'refused';
  readonly why: string;
  /** The present question, if it is not the one that the client was shown. */
  readonly asked?: Asked;
}

export interface Entered {
  readonly kind: 'entered';
  readonly welcome: string;
  /** The next question of an unfinished game. */
  readonly resumed?: Asked;
}

export interface Playing {
  readonly kind: 'playing';
  readonly asked: Asked;
  /** Whether this continues an unfinished game. */
  readonly isResumed: boolean;
}

export interface Answered {
  readonly kind: 'answered';
  readonly isRight: boolean;
  readonly correct: Letter;
  /** The points of this game so far. */
  readonly points: number;
  readonly of: number;
  readonly next?: Asked;
  /** Set after the last question. */
  readonly standing?: Standing;
}

export interface Ranked {
  readonly kind: 'ranked';
  readonly top: readonly RankedPlayer[];
  readonly players: number;
}

export type Outcome = Refused | Entered | Playing | Answered | Ranked;

export interface Visitor {
  readonly name: string;
  /** The client's address without its port. */
  readonly address: string;
}

export interface Credentials extends Visitor {
  readonly password: string;
}

export interface QuizSession extends Session {
  register(credentials: Credentials): MaybePromise<Entered | Refused>;
  login(credentials: Credentials): MaybePromise<Entered | Refused>;
  guest(visitor: Visitor): MaybePromise<Entered | Refused>;
  play(questions: number): MaybePromise<Playing | Refused>;
  answer(letter: Letter): MaybePromise<Answered | Refused>;
  ranking(): MaybePromise<Ranked | Refused>;
}
