/**
 * The commands that a client can type into the chat, and which of them need an operator. Runs on
 * the main thread. chat.ts is the {@link ChatRooms} that they act on.
 */
import type { Next } from '../../connection/connection.js';
import { printable } from '../../base/printable.js';
import { checkName } from '../names.js';
import type { Chatter, Room } from './room.js';

/** The chat as its commands see it. */
export interface ChatRooms<C extends Chatter> {
  readonly rooms: Iterable<Room<C>>;
  /** The client of that identification, in whatever room. */
  find(name: string): C | undefined;
  /** @returns why the client cannot have the name; undefined once it has it */
  rename(chatter: C, name: string): string | undefined;
  /**
   * Takes the client out of its room and puts it into another one, which it creates if necessary.
   */
  move(chatter: C, roomName: string): Room<C>;
}

/** Where a command is typed, and by which client. */
interface Scene<C extends Chatter> {
  readonly chat: ChatRooms<C>;
  /** The room that the sender is in. */
  readonly room: Room<C>;
  readonly sender: C;
}

interface Command {
  /** The arguments, as `/help` shows them. */
  readonly usage: string;
  readonly help: string;
  readonly needs?: 'operator';
  /** @returns the error, which only the sender gets */
  run<C extends Chatter>(scene: Scene<C>, argument: string): string | undefined;
}

const commands: Readonly<Record<string, Command>> = {
  join: {
    usage: 'room',
    help: 'go into another room',
    run({ chat, room, sender }, argument) {
      const checked = checkName(argument);
      if (typeof checked === 'string') return checked;
      // An operator loses the role by leaving, so joining the present room must not leave it.
      const isNew = checked.name !== room.name;
      const joined = isNew ? chat.move(sender, checked.name) : room;
      const topic = joined.topic === '' ? '' : `: ${joined.topic}`;
      sender.send(`* you are in ${joined.name} (${joined.chatters.size} here)${topic}`);
      if (isNew) joined.showHistory(sender);
      return undefined;
    },
  },
  rooms: {
    usage: '',
    help: 'list the rooms',
    run({ chat, sender }) {
      for (const { name, chatters, topic } of chat.rooms) {
        sender.send(`* ${name} (${chatters.size} here)${topic === '' ? '' : `: ${topic}`}`);
      }
      return undefined;
    },
  },
  who: {
    usage: '',
    help: 'list who is in this room',
    run({ room, sender }) {
      for (const other of room.chatters) {
        sender.send(`* ${other.name}${room.operators.has(other) ? ' (operator)' : ''}`);
      }
      return undefined;
    },
  },
  nick: {
    usage: 'new',
    help: 'take another identification',
    run({ chat, room, sender }, argument) {
      const before = sender.name;
      const fault = chat.rename(sender, argument);
      if (fault !== undefined) return fault;
      if (sender.name === before) sender.send(`* you are already ${before}`);
      else room.broadcast(`* ${before} is now ${sender.name}`);
      return undefined;
    },
  },
  msg: {
    usage: 'name text',
    help: 'say something to one alone, in whatever room',
    run({ chat, sender }, argument) {
      const [name, text] = firstWord(argument);
      if (text === '') return usageOf('msg');
      const other = chat.find(name);
      other?.send(`${sender.name} (to you alone): ${printable(text)}`);
      return other ? undefined : `there is no ${printable(name)}`;
    },
  },
  me: {
    usage: 'text',
    help: 'say what you do: * alice waves',
    run({ room, sender }, argument) {
      room.say(`* ${sender.name} ${printable(argument)}`, sender);
      return undefined;
    },
  },
  topic: {
    usage: 'text',
    help: 'say what the room is about',
    needs: 'operator',
    run({ room, sender }, argument) {
      room.topic = printable(argument);
      room.broadcast(`* ${sender.name} set the topic: ${room.topic}`);
      return undefined;
    },
  },
  op: {
    usage: 'name',
    help: 'make another one operator, too',
    needs: 'operator',
    run: (scene, argument) =>
      withChatterHere(scene, argument, (other) => scene.room.promote(other)),
  },
  kick: {
    usage: 'name',
    help: 'send somebody away',
    needs: 'operator',
    run: (scene, argument) =>
      withChatterHere(scene, argument, (other) => {
        scene.room.broadcast(`* ${other.name} was kicked by ${scene.sender.name}`);
        other.kick();
      }),
  },
  help: {
    usage: '',
    help: 'this list',
    run({ sender }) {
      for (const [name, { usage, help, needs }] of Object.entries(commands)) {
        const call = `/${name} ${usage}`.trimEnd();
        sender.send(`* ${call}: ${help}${needs ? ` (${needs}s only)` : ''}`);
      }
      sender.send('* /quit: leave');
      return undefined;
    },
  },
};

/** Executes a line that begins with a slash. Only the sender gets an error. */
export function execute<C extends Chatter>(scene: Scene<C>, line: string): Next {
  const [name, argument] = firstWord(line.slice(1));
  if (name === 'quit') return 'stop';
  const fault = run(scene, name, argument);
  if (fault !== undefined) scene.sender.send(`ERR ${fault}`);
  return undefined;
}

/** The text up to its first white space, and what stands behind that. */
function firstWord(text: string): [word: string, rest: string] {
  const end = text.search(/\s/u);
  return end === -1 ? [text, ''] : [text.slice(0, end), text.slice(end).trim()];
}

function run<C extends Chatter>(
  scene: Scene<C>,
  name: string,
  argument: string,
): string | undefined {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) return `there is no command /${printable(name).slice(0, 40)}, see /help`;
  if (command.needs === 'operator' && !scene.room.operators.has(scene.sender)) {
    return `/${name} is for operators of the room`;
  }
  if (argument === '' && command.usage !== '') return usageOf(name);
  return command.run(scene, argument);
}

function usageOf(name: string): string {
  return `usage: /${name} ${commands[name]?.usage ?? ''}`;
}

/** @returns an error if no client of that name is in the room */
function withChatterHere<C extends Chatter>(
  { chat, room }: Scene<C>,
  name: string,
  use: (chatter: C) => void,
): string | undefined {
  const chatter = chat.find(name);
  if (!chatter || !room.chatters.has(chatter)) return `there is no ${printable(name)} in this room`;
  use(chatter);
  return undefined;
}
