/**
 * One game of two players: its turns, what the players are sent, and its end. Runs on the main
 * thread. board.ts has the rules; player.ts implements {@link Contestant}.
 */
import { Board, parseField, type Mark } from './board.js';

/** A player as a match sees it. */
export interface Contestant {
  readonly name: string;
  /** Sends one line or several, given without the last line end. */
  send(lines: string): void;
  /** The match is over and accepts no more moves. */
  endMatch(): void;
}

export class Match {
  readonly #board = new Board();
  readonly #contestants: Readonly<Record<Mark, Contestant>>;
  #turn: Mark = 'X';

  constructor(id: number, x: Contestant, o: Contestant) {
    this.#contestants = { X: x, O: o };
    this.#sendBoth(`init@${id} ${x.name} ${o.name}`);
    this.#promptMove();
  }

  /** Executes a player's move, or sends the player the error. */
  move(contestant: Contestant, message: string): void {
    const mark = this.#turn;
    if (this.#contestants[mark] !== contestant) {
      contestant.send('ERR not your turn');
      return;
    }
    const field = parseField(message);
    if (field === undefined) {
      contestant.send('ERR a move is a field 1-9 or row and column 1-3; still your turn');
    } else if (!this.#board.place(field, mark)) {
      contestant.send(`ERR field ${field} is occupied; still your turn`);
    } else {
      this.#sendBoth(`MOVE ${mark} ${field}`);
      this.#advance();
    }
  }

  /** Ends the match: this player leaves, and the other one wins. */
  forfeit(contestant: Contestant): void {
    const winner = this.#contestants.X === contestant ? 'O' : 'X';
    this.#end(`${winner} wins by forfeit`);
  }

  #advance(): void {
    if (this.#board.winner) this.#end(`${this.#board.winner} wins`);
    else if (this.#board.isFull) this.#end('draw');
    else {
      this.#turn = this.#turn === 'X' ? 'O' : 'X';
      this.#promptMove();
    }
  }

  #promptMove(): void {
    this.#contestants[this.#turn].send(`${this.#board.toString()}\nMOVE?`);
  }

  #end(result: string): void {
    this.#sendBoth(`GameEnd ${result}`);
    this.#contestants.X.endMatch();
    this.#contestants.O.endMatch();
  }

  #sendBoth(line: string): void {
    this.#contestants.X.send(line);
    this.#contestants.O.send(line);
  }
}
