/**
 * One client of the quiz: its player, and the question that it was shown. Runs on the main thread.
 * The client makes one call at a time; after each call, its result is in the store.
 */
import {
  StoreError,
  type Identity,
  type Letter,
  type Overtaken,
  type Turn,
} from './store/store.js';
import { endOfTurn } from '../turn.js';
import { admitGuest, admitKnown, admitNew, refused, type Admitted } from './admission.js';
import type {
  Answered,
  Asked,
  Credentials,
  Entered,
  Playing,
  QuizSession,
  Ranked,
  Refused,
  Visitor,
} from './outcomes.js';
import type { Quiz } from './quiz.js';

const TOP = 10;

export class ClientSession implements QuizSession {
  readonly #quiz: Quiz;
  readonly #connection: number;
  #player: Identity | undefined;
  #turn: Turn | undefined;
  #left = false;

  constructor(quiz: Quiz, connection: number) {
    this.#quiz = quiz;
    this.#connection = connection;
  }

  leave(): void {
    this.#left = true;
    this.#player = undefined;
    this.#turn = undefined;
  }

  register(credentials: Credentials): Promise<Entered | Refused> {
    return this.#enter('registered', () => admitNew(this.#quiz, credentials, () => !this.#left));
  }

  login(credentials: Credentials): Promise<Entered | Refused> {
    return this.#enter('logged in', async () => {
      const admitted = await admitKnown(this.#quiz, credentials);
      // Not with the name: users sometimes type a password in its place.
      if ('why' in admitted)
        this.#quiz.lines.line('login refused', (fields) => this.#log('login refused', fields));
      return admitted;
    });
  }

  guest({ name, address }: Visitor): Promise<Entered | Refused> {
    return this.#enter('guest', () => admitGuest(this.#quiz, name, address));
  }

  play(questions: number): Promise<Playing | Refused> {
    return this.#attempt<Playing | Refused>(() => {
      if (this.#player === undefined) return refused(NOT_IDENTIFIED);
      if (this.#turn !== undefined) return refused('a game is on: answer A, B, C or D');
      const most = this.#quiz.mostQuestions;
      if (questions < 1 || questions > most)
        return refused(`PLAY takes a number from 1 to ${most}`);
      const begun = this.#quiz.store.begin(this.#player, this.#quiz.draw(questions));
      if (begun === 'registered') return this.#overtaken(begun, this.#player);
      this.#turn = begun.turn;
      return { kind: 'playing', asked: asked(begun.turn), isResumed: !begun.isNew };
    });
  }

  answer(letter: Letter): Promise<Answered | Refused> {
    return this.#attempt<Answered | Refused>(() => {
      if (this.#player === undefined) return refused(NOT_IDENTIFIED);
      const turn = this.#turn;
      if (turn === undefined)
        return refused('no game is on: PLAY and a number of questions begins one');
      const correct = turn.question.answer;
      const isRight = letter === correct;
      const counted = this.#quiz.store.count(this.#player, turn, isRight);
      if (typeof counted === 'string') return this.#overtaken(counted, this.#player);
      const { points, next, standing } = counted;
      this.#turn = next;
      if (standing)
        this.#log('game over', { player: this.#player.name, points, of: turn.of, ...standing });
      return {
        kind: 'answered',
        isRight,
        correct,
        points,
        of: turn.of,
        ...(next && { next: asked(next) }),
        ...(standing && { standing }),
      };
    });
  }

  ranking(): Promise<Ranked | Refused> {
    return this.#attempt<Ranked | Refused>(() => ({
      kind: 'ranked',
      ...this.#quiz.store.ranking(TOP),
    }));
  }

  async #enter(
    event: string,
    admit: () => Promise<Admitted | Refused>,
  ): Promise<Entered | Refused> {
    if (this.#player !== undefined) return refused(`you are ${this.#player.name} already`);
    try {
      const admitted = await admit();
      if ('why' in admitted) return admitted;
      if (this.#left) return refused('the client has left');
      const { player, welcome, turn } = admitted;
      this.#player = player;
      this.#turn = turn;
      this.#log(event, { player: player.name });
      return { kind: 'entered', welcome, ...(turn && { resumed: asked(turn) }) };
    } catch (error) {
      return this.#failed(error);
    } finally {
      await endOfTurn();
    }
  }

  /**
   * Another connection of the same player was faster. Refuses with the present state of the game.
   */
  #overtaken(how: Overtaken, player: Identity): Refused {
    this.#turn = undefined;
    if (how === 'registered') {
      this.#player = undefined;
      return refused(
        `the name ${player.name} has been registered in the meantime: LOGIN ${player.name} password`,
      );
    }
    this.#turn = this.#quiz.store.turn(player.key);
    const why = `${player.name} has answered this question on another connection`;
    return this.#turn
      ? { ...refused(why), asked: asked(this.#turn) }
      : refused(`${why}, the game is over`);
  }

  /**
   * Resolves at the end of the turn, so each client gets in one answer a turn, however many it has
   * sent.
   */
  async #attempt<T>(work: () => T): Promise<T | Refused> {
    try {
      return work();
    } catch (error) {
      return this.#failed(error);
    } finally {
      await endOfTurn();
    }
  }

  /**
   * Reports an error of the store to the client and the log. Nothing was counted, so the client may
   * retry.
   * @throws any other error
   */
  #failed(error: unknown): Refused {
    if (!(error instanceof StoreError)) throw error;
    // The hashing of a password may outlast the client and the store.
    if (!this.#left) {
      const { log, lines } = this.#quiz;
      const connection = this.#connection;
      lines.line('the store failed', (repeated) =>
        log.error({ connection, err: error, ...repeated }, 'the store failed'),
      );
    }
    return refused('the store cannot be used at the moment, and nothing was counted: try again');
  }

  #log(event: string, fields: object): void {
    this.#quiz.log.info({ connection: this.#connection, ...fields }, event);
  }
}

const NOT_IDENTIFIED = 'first say who you are: REGISTER, LOGIN or GUEST';

/** A question without its answer. */
function asked({ number, of, question: { text, options } }: Turn): Asked {
  return { number, of, text, options };
}
