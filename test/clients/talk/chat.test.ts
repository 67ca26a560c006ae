/** The dialogues of chat, in both dialects. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChatDialogue } from '../../../src/clients/talk/chat.js';
import { HiiDialogue } from '../../../src/clients/talk/hii.js';
import { Rehearsal } from '../../support/rehearsal.js';

const ALICE = { name: 'alice', mayAskAgain: true };
const NAMELESS = { name: undefined, mayAskAgain: true };

describe("the chat's dialogue", () => {
  it('sends its name when asked, and messages after the welcome', () => {
    const chat = new Rehearsal(new ChatDialogue(ALICE));
    assert.deepEqual(chat.begin(), []);
    assert.deepEqual(chat.hear('Hello, this is the chat.'), []);
    assert.deepEqual(chat.hear('Who are you?'), ['send alice']);
    assert.deepEqual(chat.hear('Welcome alice, type /help for help'), ['ask']);
    assert.deepEqual(chat.hear('* bob joined (2 here)', 'bob: who is alice?'), []);
    assert.deepEqual(chat.type('hi'), ['send hi', 'ask']);
    assert.deepEqual(chat.type(' '), ['ask']);
    assert.deepEqual(chat.type('/who'), ['send /who', 'ask']);
    assert.deepEqual(chat.endInput(), ['send /quit', 'leave']);
    assert.equal(chat.failure, undefined);
  });

  it('takes the line after the greeting for the question, whatever its words', () => {
    const chat = new Rehearsal(new ChatDialogue(ALICE));
    assert.deepEqual(chat.hear('Good day.', 'Please.'), ['send alice']);
  });

  it('asks the user when it has no name, and again when the name is taken', () => {
    const chat = new Rehearsal(new ChatDialogue(NAMELESS));
    assert.deepEqual(chat.hear('Hello.', 'Who are you?'), ['ask']);
    assert.deepEqual(chat.hear('* the server will stop soon'), []);
    assert.deepEqual(chat.type(' bob '), ['send bob']);
    assert.deepEqual(chat.hear('ERR bob is taken: welcome to the club', 'Who are you?'), ['ask']);
    assert.deepEqual(chat.type('rob'), ['send rob']);
    assert.deepEqual(chat.hear('bob is taken, too'), []);
    assert.deepEqual(chat.hear('Who are you?'), ['ask']);
    assert.deepEqual(chat.type('hob'), ['send hob']);
    assert.deepEqual(chat.hear('Welcome hob'), ['ask']);
    chat.endInput();
    assert.equal(chat.failure, undefined);
  });

  it('leaves when the name is taken and no user can give another', () => {
    const chat = new Rehearsal(new ChatDialogue({ ...ALICE, mayAskAgain: false }));
    chat.hear('Hello.', 'Who are you?');
    assert.deepEqual(chat.hear('ERR alice is taken', 'Who are you?'), ['leave']);
    assert.equal(chat.failure, 'alice is taken');
  });

  it('distinguishes a closed connection from an earlier refusal', () => {
    const closed = new Rehearsal(new ChatDialogue(ALICE));
    closed.hear('Hello.', 'Who are you?', 'Welcome alice', 'ERR no such command');
    assert.equal(closed.failure, 'the server closed the connection');
    closed.hear('* alice was kicked by bob');
    assert.equal(closed.failure, 'you were kicked');
    const full = new Rehearsal(new ChatDialogue(ALICE));
    full.hear('ERR server full');
    assert.equal(full.failure, 'server full');
  });

  it('fails when the server refuses a command or closes first', () => {
    const refused = new Rehearsal(new ChatDialogue(ALICE));
    refused.hear('Hello.', 'Who are you?', 'Welcome alice', 'ERR no such command');
    refused.endInput();
    assert.equal(refused.failure, 'no such command');
    const closed = new Rehearsal(new ChatDialogue(ALICE));
    closed.hear('Hello.', 'Who are you?', 'Welcome alice', 'bob: ERR');
    assert.equal(closed.failure, 'the server closed the connection');
    assert.equal(new Rehearsal(new ChatDialogue(ALICE)).failure, 'the server did not let us in');
    const left = new Rehearsal(new ChatDialogue(ALICE));
    left.hear('Hello.', 'Who are you?', 'Welcome alice');
    assert.deepEqual(left.type('/quit'), ['send /quit', 'ask']);
    assert.equal(left.failure, undefined);
  });
});

describe("the tutorial chat's dialogue", () => {
  it('answers Hii with its nickname and puts that before each message', () => {
    const chat = new Rehearsal(new HiiDialogue(ALICE));
    assert.deepEqual(chat.hear('Hii'), ['send alice']);
    assert.deepEqual(chat.hear('alice joined the chat!Connected to the server!'), ['ask']);
    assert.deepEqual(chat.type('hi'), ['send alice: hi', 'ask']);
    assert.deepEqual(chat.hear('Hii'), [], 'a message, not a greeting');
    assert.deepEqual(chat.endInput(), ['leave']);
    assert.equal(chat.failure, undefined);
  });

  it('hides the echo of its own messages, but shows equal messages of others', () => {
    const chat = new Rehearsal(new HiiDialogue(ALICE));
    chat.hear('Hii');
    chat.hear('Connected to the server!');
    chat.type('hi');
    chat.hear('bob: hi');
    chat.hear('alice: hi');
    chat.hear('alice: hi');
    assert.deepEqual(chat.shown, ['Connected to the server!', 'bob: hi', 'alice: hi']);
  });

  it('asks for a nickname, and for another one if the server asks again', () => {
    const chat = new Rehearsal(new HiiDialogue(NAMELESS));
    assert.deepEqual(chat.hear('Hii'), ['ask']);
    assert.deepEqual(chat.type(' '), ['ask']);
    assert.deepEqual(chat.type('bob'), ['send bob']);
    assert.deepEqual(chat.hear('Hii'), ['ask']);
    assert.deepEqual(chat.type('rob'), ['send rob']);
    assert.deepEqual(chat.hear('rob joined the chat!'), ['ask']);
  });

  it('separates its announcement from the confirmation that follows without a gap', () => {
    const chat = new Rehearsal(new HiiDialogue(ALICE));
    chat.hear('Hii');
    chat.hear('alice joined the chat!Connected to the server!');
    assert.deepEqual(chat.shown, ['alice joined the chat!\nConnected to the server!']);
  });

  it('fails when the server does not admit it', () => {
    const chat = new Rehearsal(new HiiDialogue(ALICE));
    chat.hear('Hii');
    assert.deepEqual(chat.hear('ERR a nickname has at most 128 bytes'), []);
    assert.equal(chat.failure, 'a nickname has at most 128 bytes');
    const never = new Rehearsal(new HiiDialogue(ALICE));
    assert.deepEqual(never.hear('HTTP/1.0 400 Bad Request'), []);
    assert.equal(never.failure, 'the server did not let us in');
  });
});
