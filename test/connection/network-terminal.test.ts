import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NetworkTerminal, type Typing } from '../../src/connection/network-terminal.js';
import { Random } from '../support/random.js';

const PUTTY = 'fffb1f fffb20 fffb18 fffb27 fffd01 fffb03 fffd03';
const REFUSALS = 'fffe1f fffe20 fffe18 fffe27 fffc01 fffe03 fffc03';
const CTRL_C = 'fff4 fffd06';
const MAX_SUBNEGOTIATION_BYTES = 4096;

function bytes(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}

function text(typed: string): string {
  return Buffer.from(typed).toString('hex');
}

/** What was typed; `<` erases a character, `|` a line. */
class Typed implements Typing {
  text = '';

  push(chunk: Buffer): void {
    assert.ok(chunk.length > 0, 'nothing is no text');
    this.text += chunk.toString('latin1');
  }

  eraseCharacter(): void {
    this.text += '<';
  }

  eraseLine(): void {
    this.text += '|';
  }
}

function readAll(chunks: readonly Buffer[]) {
  const terminal = new NetworkTerminal();
  const typed = new Typed();
  const answers: Buffer[] = [];
  for (const chunk of chunks) {
    terminal.read(chunk, typed);
    answers.push(terminal.takeAnswer() ?? Buffer.alloc(0));
  }
  const { end, isWithin } = terminal;
  return { text: typed.text, answer: Buffer.concat(answers).toString('hex'), end, isWithin };
}

interface Case {
  readonly title: string;
  readonly sent: string;
  readonly text: string;
  readonly answer?: string;
}

const cases: readonly Case[] = [
  { title: 'passes on text', sent: text('hello\r\n'), text: 'hello\r\n' },
  {
    title: 'refuses what PuTTY offers and asks for',
    sent: PUTTY + text('ann\r\n'),
    text: 'ann\r\n',
    answer: REFUSALS,
  },
  {
    title: 'refuses each option once',
    sent: 'fffb01 fffd01 fffb01 fffd01 fffb01',
    text: '',
    answer: 'fffe01 fffc01',
  },
  { title: 'never answers a refusal', sent: 'fffc01 fffe01 fffc06 fffe06', text: '' },
  {
    title: 'answers each timing mark, after an interrupt that erases the line',
    sent: text('half') + CTRL_C + text('/who\n') + CTRL_C,
    text: 'half|/who\n|',
    answer: 'fffb06 fffb06',
  },
  {
    title: 'erases the line also for BRK, SUSP, ABORT, DM and EL',
    sent: 'fff3 ffed ffee fff2 fff8',
    text: '|||||',
  },
  { title: 'erases a character for EC', sent: text('ab') + 'fff7' + text('c'), text: 'ab<c' },
  { title: 'ignores NOP, GA, AO, EOR and a lone SE', sent: 'fff1 fff9 fff5 ffef fff0', text: '' },
  {
    title: 'skips a subnegotiation, with what looks like commands in it',
    sent: `${text('a')} fffa 18 00 0d 0a ffff fff4 fffb01 fff0 ${text('b')}`,
    text: 'ab',
  },
  {
    title: 'takes a doubled IAC for the byte',
    sent: `${text('a')} ffff ${text('b')}`,
    text: 'aÿb',
  },
  {
    title: 'takes an IAC that no command follows for text',
    sent: `${text('a')} ff ${text('b\n')}`,
    text: 'aÿb\n',
  },
  {
    title: 'says that it is there, once for all that is asked at a time',
    sent: 'fff6',
    text: '',
    answer: text('[handoff is here]\n'),
  },
];

describe('the network virtual terminal', () => {
  for (const { title, sent, text: typed, answer = '' } of cases) {
    it(`${title}, wherever the bytes are cut`, () => {
      const whole = bytes(sent);
      const expected = {
        text: typed,
        answer: answer.replaceAll(' ', ''),
        end: undefined,
        isWithin: false,
      };
      for (let at = 0; at <= whole.length; at++)
        assert.deepEqual(readAll([whole.subarray(0, at), whole.subarray(at)]), expected);
      assert.deepEqual(readAll([...whole].map((byte) => Buffer.of(byte))), expected);
    });
  }

  it('reads the same from random commands, however they are cut', () => {
    const random = new Random(21);
    const pieces = [...cases.map(({ sent }) => sent), 'ff', 'fffa', 'ffef', '61', '0d', 'ffec'];
    for (let round = 0; round < 500; round++) {
      const sent = Array.from({ length: random.below(9) }, () => random.pick(pieces)).join('');
      const whole = bytes(sent);
      const { answer, ...rest } = readAll(random.cut(whole).map((chunk) => Buffer.from(chunk)));
      const { answer: atOnce, ...restAtOnce } = readAll([whole]);
      assert.deepEqual(rest, restAtOnce, sent);
      // A client that asks several times at once gets one line.
      const here = text('[handoff is here]\n');
      assert.equal(answer.replaceAll(here, ''), atOnce.replaceAll(here, ''), sent);
    }
  });

  it('answers a flood of questions with one line', () => {
    const { answer } = readAll([bytes('fff6'.repeat(1000))]);
    assert.equal(answer, text('[handoff is here]\n'));
  });

  it('ends at the command for the end of the file, and drops what follows', () => {
    const whole = bytes(`${text('bye')} ffec ${text('more')} fffb01`);
    for (let at = 0; at <= whole.length; at++) {
      const { end, text: typed, answer } = readAll([whole.subarray(0, at), whole.subarray(at)]);
      assert.deepEqual({ end, typed, answer }, { end: 'end', typed: 'bye', answer: '' });
    }
  });

  it('does not skip a subnegotiation without end for ever', () => {
    const begun = bytes('fffa18');
    const body = Buffer.alloc(MAX_SUBNEGOTIATION_BYTES - 1);
    assert.equal(readAll([begun, body]).end, undefined);
    assert.equal(readAll([begun, body, Buffer.of(0)]).end, 'too long');
    assert.equal(readAll([begun, Buffer.concat([body, bytes('ffff')])]).end, 'too long');
  });

  it('takes only the commands at the beginning where it is asked to skip them', () => {
    const terminal = new NetworkTerminal();
    const typed = new Typed();
    assert.equal(terminal.skip(bytes(PUTTY), typed), 21);
    assert.equal(terminal.skip(bytes('ff'), typed), 1);
    assert.ok(terminal.isWithin);
    const rest = bytes(`f1 fff4 ${text('GET')} fff4`);
    assert.equal(terminal.skip(rest, typed), 3);
    assert.equal(typed.text, '|');
    assert.equal(terminal.skip(bytes(text('GET')), typed), 0);
  });
});
