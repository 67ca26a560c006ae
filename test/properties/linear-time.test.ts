/**
 * What clients send is parsed in linear time. The lint rules on regular expressions cover those in
 * the code; this covers the parsers as a whole, with 64 kB made to be slow.
 *
 * The bound is far above the promise, 5 ms, for a machine that does other things, and far below
 * what quadratic time takes. Counted is processor time: a test process may wait for a core.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FakeMember } from '../support/fake-member.js';
import { get } from '../support/http.js';
import { now } from '../../src/services/clock.js';
import { formatTime } from '../../src/services/date.js';
import { normalized } from '../../src/services/games/hangman.js';
import { parseCommand } from '../../src/services/quiz/commands.js';
import { checkConditions, rangeOf } from '../../src/services/web/conditions.js';
import { RequestParser } from '../../src/services/web/parser.js';
import { parseTarget } from '../../src/services/web/target.js';
import { execute, type ChatRooms } from '../../src/shared/chat/commands.js';
import { HiiChat } from '../../src/shared/chat/hii.js';
import { Room, type Chatter } from '../../src/shared/chat/room.js';
import { checkName } from '../../src/shared/names.js';
import { parseField } from '../../src/shared/tictactoe/board.js';

const SIZE = 65_536;
const MOST_MS = 50;
const ROUNDS = 5;

/** One or more characters again and again, up to so many in all. */
const much = (text: string, length = SIZE) => text.repeat(Math.ceil(length / text.length));

const spaces = much(' ');
/** Accents in an order that normalising must correct, one by one. */
const accents = much('\u0301', SIZE / 4) + much('\u0323', SIZE / 4);

const head = (fields: string) => new RequestParser().read(Buffer.from(get('/', fields)));
const validators = { etag: '"x"', modifiedMs: 0 };
const join = (name: string) =>
  void new HiiChat({ info: () => undefined } as never).enter(new FakeMember()).join(name);

const chatter: Chatter = {
  member: new FakeMember(),
  name: 'alice',
  send: () => undefined,
  kick: () => undefined,
};
const chat: ChatRooms<Chatter> = {
  rooms: [],
  find: () => undefined,
  rename: () => undefined,
  move: () => new Room('other', 0),
};
const command = (line: string) =>
  execute({ chat, room: new Room('main', 0), sender: chatter }, line);

const ATTACKS: Readonly<Record<string, () => unknown>> = {
  'a Connection field with spaces': () => head(`Connection: a${much(' ', 16_000)}b\r\n`),
  'a Connection field with commas': () => head(`Connection: ${much(' ,\t', 16_000)}\r\n`),
  'a Content-Length with digits': () => head(`Content-Length: ${much('1', 16_000)}x\r\n`),
  'a Host field': () => head(`Host: ${much('[', 16_000)}\r\n`),
  'a Range field': () => rangeOf({ range: `bytes=${spaces}x` }, 10, validators),
  'etags without an end': () => checkConditions({ 'if-none-match': much('W/"') }, validators),
  'etags in great number': () => checkConditions({ 'if-match': much('"a",') }, validators),
  'a date of digits': () => checkConditions({ 'if-modified-since': much('1 ') }, validators),
  'a target of dots': () => parseTarget(much('/%2e')),
  'a target of bytes': () => parseTarget(`/${much('\xff')}`),
  'an absolute target': () => parseTarget(`http://${much('a:')}`),
  'a command of spaces': () => parseCommand(`PLAY x${spaces}y`),
  'a command behind spaces': () => parseCommand(`${spaces}PLAY${spaces}${spaces}x`),
  'a password of spaces': () => parseCommand(`LOGIN x${spaces}y`),
  'a nickname of spaces': () => join(`x${spaces}y`),
  'a nickname of newlines': () => join(`${much('\r\n')}y`),
  'a private message of spaces': () => command(`/msg x${spaces}y`),
  'a chat command behind spaces': () => command(`/${spaces}x${spaces}`),
  'a chat command without an end': () => command(`/${much('x')}\n`),
  'a name of accents': () => checkName(`a${accents}`),
  'a name of ligatures': () => checkName(much('\ufdfa')),
  'a guess of accents': () => normalized(`a${accents}`),
  'a guess of spaces': () => normalized(`a${spaces}b`),
  'a move of spaces': () => parseField(`1${spaces}x`),
  'a format of flags': () => formatTime(`%${much('-0')}`, now()),
  'a format of directives': () => formatTime(much('%c%Z%#j'), now()),
  'a format of widths': () => formatTime(much('%99c'), now()),
};

describe('64 kB of', () => {
  for (const [what, attack] of Object.entries(ATTACKS)) {
    it(`${what} take less than ${MOST_MS} ms`, (t) => {
      let leastMs = Infinity;
      for (let round = 0; round < ROUNDS; round++) {
        const before = process.cpuUsage();
        attack();
        const { user, system } = process.cpuUsage(before);
        leastMs = Math.min(leastMs, (user + system) / 1000);
      }
      t.diagnostic(`${leastMs.toFixed(1)} ms`);
      assert.ok(leastMs < MOST_MS, `${leastMs.toFixed(1)} ms`);
    });
  }
});
