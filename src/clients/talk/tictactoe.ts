/**
 * The dialogue of `handoff tictactoe`: name, opponent, moves in turn, another game. Pure;
 * run-dialogue.ts performs it.
 *
 * Servers differ: some repeat `MOVE?` after a bad move. So an error alone makes the dialogue ask
 * again, and a `MOVE?` during a move is ignored as a repetition.
 */
import { ask, LEAVE, send, show, type Expected, type Dialogue, type Step } from './dialogue.js';

type Mark = 'X' | 'O';

const WELCOME: Expected = { what: 'welcome', of: 'tictactoe', withinMs: 10_000 };
const MOVE_PROMPT = 'your move: ';
const AGAIN_PROMPT = 'again? [Y/n] ';

export class TicTacToeDialogue implements Dialogue {
  readonly #mayAskAgain: boolean;
  #name: string | undefined;
  #stage: 'nameless' | 'named' | 'waiting' | 'watching' | 'asked' | 'moving' | 'over' = 'nameless';
  #board = new Board();
  #mark: Mark = 'X';
  #gamesPlayed = 0;
  #refusal: string | undefined;

  constructor(settings: { readonly name: string | undefined; readonly mayAskAgain: boolean }) {
    this.#name = settings.name;
    this.#mayAskAgain = settings.mayAskAgain;
  }

  start(): Step[] {
    return this.#name === undefined ? [ask('your name: ')] : this.#introduce(this.#name);
  }

  onMessage(line: string): Step[] {
    const [word = '', first = '', second = ''] = line.split(' ');
    if (line.startsWith('ERR ')) return this.#err(line.slice('ERR '.length));
    if (word.startsWith('init@')) return this.#init(line.slice(word.length + 1));
    if (word === 'GameEnd') return this.#end(line.slice(word.length + 1));
    if (word === 'MOVE?') return this.#turn();
    if (word === 'MOVE' && isMark(first)) return this.#moved(first, Number(second));
    if (word === 'Welcome' && this.#stage === 'named')
      return this.#welcome(line.slice(word.length + 1));
    // Skip the server's own drawing of the board.
    return /^[\sXO1-9_.|+-]*$/.test(line) ? [] : [show(line)];
  }

  onLine(line: string): Step[] {
    const text = line.trim();
    if (/^q(uit)?$/i.test(text)) return this.onInputEnd();
    switch (this.#stage) {
      case 'nameless':
        return text === '' ? [ask('your name: ')] : this.#introduce(text);
      case 'named':
        return [show('wait for the server', 'gray')];
      case 'over':
        return this.#again(text);
      case 'asked':
        if (text === '') return [ask(MOVE_PROMPT)];
        this.#stage = 'moving';
        return [send(text)];
      case 'moving':
      case 'watching':
        return [show("it is your opponent's turn", 'gray')];
      case 'waiting':
        return [show('there is no opponent yet', 'gray')];
    }
  }

  onInputEnd(): Step[] {
    if (this.#stage !== 'over') this.#refusal ??= 'left before the end of the game';
    return [LEAVE];
  }

  /** Only the welcome has a deadline: an opponent may take any time to move. */
  expected(): Expected | undefined {
    return this.#stage === 'named' ? WELCOME : undefined;
  }

  failure(): string | undefined {
    if (this.#refusal !== undefined) return this.#refusal;
    if (this.#gamesPlayed > 0 && this.#stage === 'over') return undefined;
    return this.#stage === 'nameless' || this.#stage === 'named'
      ? 'the server did not let us in'
      : 'the server closed the connection';
  }

  #introduce(name: string): Step[] {
    this.#name = name;
    this.#stage = 'named';
    return [send(name)];
  }

  #err(reason: string): Step[] {
    const shown = show(reason, 'red');
    if (this.#stage === 'moving') {
      this.#stage = 'asked';
      return [shown, ask(MOVE_PROMPT)];
    }
    if (this.#stage !== 'nameless' && this.#stage !== 'named') return [shown];
    this.#stage = 'nameless';
    this.#refusal = reason;
    return this.#mayAskAgain ? [shown, ask('your name: ')] : [LEAVE];
  }

  #welcome(name: string): Step[] {
    this.#name = name;
    this.#stage = 'waiting';
    this.#refusal = undefined;
    return [show(`Welcome ${name}. Waiting for an opponent …`)];
  }

  #init(names: string): Step[] {
    const name = this.#name ?? '';
    this.#mark = names.startsWith(`${name} `) ? 'X' : 'O';
    const opponent =
      this.#mark === 'X' ? names.slice(name.length + 1) : names.slice(0, -name.length - 1);
    this.#board = new Board();
    this.#stage = 'watching';
    const first = this.#mark === 'X' ? 'you begin' : `${opponent} begins`;
    return [show(`You play ${this.#mark} against ${opponent}, ${first}.`, 'bold')];
  }

  #turn(): Step[] {
    if (this.#stage === 'moving' || this.#stage === 'asked') return [];
    this.#stage = 'asked';
    return [show(`\n${this.#board.toString()}\n`), ask(MOVE_PROMPT)];
  }

  #moved(mark: Mark, field: number): Step[] {
    this.#board.place(field, mark);
    this.#stage = 'watching';
    return mark === this.#mark
      ? [show(`\n${this.#board.toString()}\n`), show('Your opponent moves …', 'gray')]
      : [show(`${mark} plays ${field}`)];
  }

  #end(result: string): Step[] {
    this.#stage = 'over';
    this.#gamesPlayed++;
    const mine = result.startsWith(`${this.#mark} `);
    const verdict = result === 'draw' ? 'A draw.' : `${mine ? 'You win' : 'You lose'}: ${result}.`;
    const style = result === 'draw' ? 'yellow' : mine ? 'green' : 'red';
    return [show(`\n${this.#board.toString()}\n`), show(verdict, style), ask(AGAIN_PROMPT)];
  }

  /** A script's moves left over from the game are ignored: the question is asked again. */
  #again(text: string): Step[] {
    if (/^n(o)?$/i.test(text)) return [LEAVE];
    if (!/^(y(es)?|again|)$/i.test(text)) return [ask(AGAIN_PROMPT)];
    this.#stage = 'waiting';
    return [send('AGAIN'), show('Waiting for an opponent …')];
  }
}

function isMark(text: string): text is Mark {
  return text === 'X' || text === 'O';
}

const SIDE = 3;

/** A board of tic-tac-toe: the moves so far, and their drawing. */
class Board {
  readonly #fields: string[] = Array.from({ length: SIDE * SIDE }, (_, index) => String(index + 1));

  /** Places a mark on a field from 1 to 9; ignores any other number. */
  place(field: number, mark: Mark): void {
    if (this.#fields[field - 1] !== undefined) this.#fields[field - 1] = mark;
  }

  /** Draws the board. A free field shows its number. */
  toString(): string {
    return Array.from({ length: SIDE }, (_, row) =>
      this.#fields.slice(row * SIDE, (row + 1) * SIDE),
    )
      .map((row) => ` ${row.join(' | ')}`)
      .join('\n---+---+---\n');
  }
}
