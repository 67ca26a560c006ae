/**
 * The telnet protocol, as far as a client needs it that believes it speaks to one (RFC 854, 855,
 * 860): takes its commands out of the bytes, and collects the answers that they require. Pure, and
 * indifferent to how the bytes are cut. Used on every thread; lines.ts and services/web use it.
 *
 *     IAC WILL x, IAC DO x     refused, each once           IAC IP, BRK, SUSP, ABORT, DM   drop the half line
 *     IAC DO TIMING-MARK       answered each time           IAC EC, EL                     erase in it
 *     IAC SB … IAC SE          skipped                      IAC AYT                        gets a line
 *     IAC IAC                  the byte 0xff                IAC EOF                        ends the input
 *
 * The other commands mean nothing here. WONT and DONT get no answer, or two ends could refuse each
 * other for ever. IAC before a byte that is no command is no telnet's: both are text.
 */

/** Interpret As Command. Valid UTF-8 never contains it. */
export const IAC = 0xff;

/** Lower bytes are no commands. */
const LEAST_COMMAND = 0xec;
const END_OF_FILE = 0xec;
const SUSPEND = 0xed;
const ABORT = 0xee;
const END_OF_SUBNEGOTIATION = 0xf0;
const DATA_MARK = 0xf2;
const BREAK = 0xf3;
const INTERRUPT_PROCESS = 0xf4;
const ARE_YOU_THERE = 0xf6;
const ERASE_CHARACTER = 0xf7;
const ERASE_LINE = 0xf8;
const SUBNEGOTIATION = 0xfa;
const WILL = 0xfb;
const WONT = 0xfc;
const DO = 0xfd;
const DONT = 0xfe;

const TIMING_MARK = 0x06;

export const HERE = '[handoff is here]\n';

/** No option that is refused has a subnegotiation; a longer one is no telnet. */
const MAX_SUBNEGOTIATION_BYTES = 4096;

/** What the client types into. */
export interface Typing {
  push(bytes: Buffer): void;
  /** Erases the last character of a line that has not ended. */
  eraseCharacter(): void;
  /** Erases a line that has not ended. */
  eraseLine(): void;
}

type State = 'text' | 'command' | 'option' | 'subnegotiation' | 'command in subnegotiation';

export class NetworkTerminal {
  #state: State = 'text';
  /** WILL, WONT, DO or DONT, whose option comes next. */
  #verb = WILL;
  #skippedBytes = 0;
  readonly #refused = new Set<number>();
  /** One character a byte. */
  #answer = '';
  #isAsked = false;
  #end: 'end' | 'too long' | undefined;

  /** Whether a command has begun and not ended. */
  get isWithin(): boolean {
    return this.#state !== 'text';
  }

  /**
   * The client has ended its input by a command, or sends a subnegotiation without end. What comes
   * later is dropped.
   */
  get end(): 'end' | 'too long' | undefined {
    return this.#end;
  }

  /** Takes the commands out of a chunk; the rest is typed. */
  read(chunk: Buffer, typing: Typing): void {
    let at = this.skip(chunk, typing);
    while (at < chunk.length) {
      const next = chunk.indexOf(IAC, at);
      const end = next === -1 ? chunk.length : next;
      typing.push(chunk.subarray(at, end));
      at = this.skip(chunk, typing, end);
    }
  }

  /**
   * Takes the commands that stand at this place.
   * @returns where text follows them, or the chunk ends
   */
  skip(chunk: Buffer, typing: Typing, from = 0): number {
    let at = from;
    for (; this.#end === undefined; at++) {
      const byte = chunk[at];
      if (byte === undefined) return at;
      if (this.#state === 'text') {
        if (byte !== IAC) return at;
        this.#state = 'command';
      } else if (this.#state === 'command' && byte < LEAST_COMMAND) {
        this.#state = 'text';
        typing.push(Buffer.of(IAC));
        return at;
      } else {
        this.#take(byte, typing);
      }
    }
    return chunk.length;
  }

  /** What the client must be sent for its commands; undefined if nothing. */
  takeAnswer(): Buffer | undefined {
    const answer = this.#isAsked ? this.#answer + HERE : this.#answer;
    this.#answer = '';
    this.#isAsked = false;
    return answer === '' ? undefined : Buffer.from(answer, 'latin1');
  }

  #take(byte: number, typing: Typing): void {
    switch (this.#state) {
      case 'command':
        this.#state = 'text';
        this.#obey(byte, typing);
        break;
      case 'option':
        this.#state = 'text';
        this.#negotiate(byte);
        break;
      case 'command in subnegotiation':
        this.#state = byte === END_OF_SUBNEGOTIATION ? 'text' : 'subnegotiation';
        this.#countSkipped();
        break;
      default:
        if (byte === IAC) this.#state = 'command in subnegotiation';
        this.#countSkipped();
    }
  }

  #obey(command: number, typing: Typing): void {
    switch (command) {
      case IAC:
        typing.push(Buffer.of(IAC));
        break;
      case WILL:
      case WONT:
      case DO:
      case DONT:
        this.#verb = command;
        this.#state = 'option';
        break;
      case SUBNEGOTIATION:
        this.#skippedBytes = 0;
        this.#state = 'subnegotiation';
        break;
      case INTERRUPT_PROCESS:
      case BREAK:
      case SUSPEND:
      case ABORT:
      case DATA_MARK:
      case ERASE_LINE:
        typing.eraseLine();
        break;
      case ERASE_CHARACTER:
        typing.eraseCharacter();
        break;
      case ARE_YOU_THERE:
        this.#isAsked = true;
        break;
      case END_OF_FILE:
        this.#end = 'end';
    }
  }

  #negotiate(option: number): void {
    if (this.#verb !== WILL && this.#verb !== DO) return;
    // A telnet shows nothing after an interrupt until it has this answer.
    if (this.#verb === DO && option === TIMING_MARK) {
      this.#answer += String.fromCharCode(IAC, WILL, option);
      return;
    }
    const offer = (this.#verb << 8) | option;
    if (this.#refused.has(offer)) return;
    this.#refused.add(offer);
    this.#answer += String.fromCharCode(IAC, this.#verb === WILL ? DONT : WONT, option);
  }

  #countSkipped(): void {
    if (++this.#skippedBytes > MAX_SUBNEGOTIATION_BYTES) this.#end = 'too long';
  }
}
