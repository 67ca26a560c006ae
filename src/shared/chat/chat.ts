/**
 * The chat of exercise 1.2: a dictionary of the clients by identification, each of them in a room.
 * Runs on the main thread. services/chat.ts is one client's side; commands.ts has what a client can
 * type.
 *
 *     entered ── join(name) ──► joined: in a room ── leave() ──► gone
 *        └─ name empty, taken …: gets the error, may try again
 */
import type { Next } from '../../connection/connection.js';
import type { ServiceLog } from '../../log/log.js';
import { printable } from '../../base/printable.js';
import { checkName, keyOf } from '../names.js';
import type { Member, Session, Shared } from '../shared.js';
import { endOfTurn } from '../turn.js';
import { execute, type ChatRooms } from './commands.js';
import { Room, type Chatter } from './room.js';

/** A client's part in a chat, of either dialect. */
export interface ChatSession extends Session {
  /**
   * Takes the name and joins the chat.
   * @returns the error, if the client cannot have the name
   */
  join(name: string): Promise<string | undefined>;
  /** Executes what a joined client has typed. Resolves when it has been sent to all recipients. */
  say(text: string): Promise<Next>;
  /** Sends text to the client itself, after it has joined. */
  reply(text: string): Promise<undefined>;
}

const FIRST_ROOM = 'lobby';

export class Chat implements Shared<ChatSession>, ChatRooms<ChatClient> {
  /** The joined clients by the keys of their names: no two names look the same. */
  readonly #chatters = new Map<string, ChatClient>();
  readonly #rooms = new Map<string, Room<ChatClient>>();
  readonly #log: ServiceLog;
  readonly #historyLines: number;

  /** @param historyLines number of messages that each room shows a new member */
  constructor(log: ServiceLog, historyLines: number) {
    this.#log = log;
    this.#historyLines = historyLines;
  }

  enter(member: Member): ChatSession {
    return new ChatClient(this, member);
  }

  get rooms(): Iterable<Room<ChatClient>> {
    return this.#rooms.values();
  }

  find(name: string): ChatClient | undefined {
    return this.#chatters.get(keyOf(name));
  }

  /**
   * Gives the client this name in place of its present one.
   * @returns the error, if the client cannot have the name
   */
  rename(chatter: ChatClient, name: string): string | undefined {
    const checked = checkName(name);
    if (typeof checked === 'string') return checked;
    const holder = this.#chatters.get(checked.key);
    if (holder && holder !== chatter) {
      const alike = holder.name === checked.name ? '' : `: it looks like ${holder.name}`;
      return `the name ${checked.name} is taken${alike}`;
    }
    this.#chatters.delete(keyOf(chatter.name));
    chatter.name = checked.name;
    this.#chatters.set(checked.key, chatter);
    return undefined;
  }

  /** A room exists from its first member to its last. */
  move(chatter: ChatClient, roomName: string): Room<ChatClient> {
    this.#leaveRoom(chatter);
    let room = this.#rooms.get(roomName);
    if (!room) {
      room = new Room<ChatClient>(roomName, this.#historyLines);
      this.#rooms.set(roomName, room);
    }
    chatter.room = room;
    room.add(chatter);
    return room;
  }

  logJoined({ member, name }: ChatClient): void {
    this.#log.info({ connection: member.id, name }, 'joined');
  }

  remove(chatter: ChatClient): void {
    this.#leaveRoom(chatter);
    this.#chatters.delete(keyOf(chatter.name));
    this.#log.info({ connection: chatter.member.id, name: chatter.name }, 'left');
  }

  #leaveRoom(chatter: ChatClient): void {
    const { room } = chatter;
    if (!room) return;
    chatter.room = undefined;
    room.remove(chatter);
    if (room.chatters.size === 0) this.#rooms.delete(room.name);
  }
}

/** One client in the chat. It has joined if and only if it is in a room. */
class ChatClient implements ChatSession, Chatter {
  readonly #chat: Chat;
  readonly member: Member;
  name = '';
  room: Room<ChatClient> | undefined;
  #gone = false;

  constructor(chat: Chat, member: Member) {
    this.#chat = chat;
    this.member = member;
  }

  async join(name: string): Promise<string | undefined> {
    if (this.#gone) return 'the client has left';
    const fault = this.#chat.rename(this, name.trim());
    if (fault !== undefined) return fault;
    this.send(`Welcome ${this.name}, type /help for help`);
    this.#chat.move(this, FIRST_ROOM).showHistory(this);
    this.#chat.logJoined(this);
    await endOfTurn();
    return undefined;
  }

  async say(text: string): Promise<Next> {
    const next = this.#use(text);
    await endOfTurn();
    return next;
  }

  async reply(text: string): Promise<undefined> {
    // An operator may have kicked the client while its lines were on their way: it gets nothing
    // more.
    if (this.room) this.member.deliver(text);
    await endOfTurn();
  }

  leave(): void {
    this.#gone = true;
    if (this.room) this.#chat.remove(this);
  }

  /** An operator removes the client. */
  kick(): void {
    this.leave();
    this.member.disconnect();
  }

  send(line: string): void {
    this.member.deliver(`${line}\n`);
  }

  #use(text: string): Next {
    // An operator may have kicked the client while its lines were on their way.
    if (!this.room) return 'stop';
    if (text.trim() === '') return undefined;
    if (text.startsWith('/'))
      return execute({ chat: this.#chat, room: this.room, sender: this }, text);
    this.room.say(`${this.name}: ${printable(text)}`, this);
    return undefined;
  }
}
