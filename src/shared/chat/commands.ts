/** What can be typed into the chat beside messages: the commands, and who may use them. Main thread. */
import type { Next } from '../../connection/connection.js';
import { printable } from '../../base/printable.js';
import { checkName } from '../names.js';
import type { Chatter } from './chat.js';
import type { Room } from './room.js';

interface Command {
  /** What follows its name, as `/help` shows it. */
  readonly usage: string;
  readonly help: string;
  readonly needs?: 'operator';
  /** Returns what is wrong, which its sender alone is told. */
  run(chatter: Chatter, room: Room, argument: string): string | undefined;
}

const commands: Readonly<Record<string, Command>> = {
  join: {
    usage: 'room',
    help: 'go into another room',
    run(chatter, room, argument) {
      const checked = checkName(argument);
      if (typeof checked === 'string') return checked;
      // Who leaves a room and comes again is its operator no more.
      if (checked.name !== room.name) chatter.chat.move(chatter, checked.name);
      describeRoom(chatter);
      return undefined;
    },
  },
  rooms: {
    usage: '',
    help: 'list the rooms',
    run(chatter) {
      for (const { name, chatters, topic } of chatter.chat.rooms) {
        chatter.hear(`* ${name} (${chatters.size} here)${topic === '' ? '' : `: ${topic}`}`);
      }
      return undefined;
    },
  },
  who: {
    usage: '',
    help: 'list who is in this room',
    run(chatter, room) {
      for (const other of room.chatters) {
        chatter.hear(`* ${other.name}${room.operators.has(other) ? ' (operator)' : ''}`);
      }
      return undefined;
    },
  },
  nick: {
    usage: 'new',
    help: 'take another identification',
    run(chatter, room, argument) {
      const before = chatter.name;
      const fault = chatter.chat.rename(chatter, argument);
      if (fault === undefined) room.tell(`* ${before} is now ${chatter.name}`);
      return fault;
    },
  },
  msg: {
    usage: 'name text',
    help: 'say something to one alone, in whatever room',
    run(chatter, _room, argument) {
      const [, name = '', text = ''] = /^(\S+)\s+(.+)$/su.exec(argument) ?? [];
      if (text === '') return usageOf('msg');
      const other = chatter.chat.find(name);
      other?.hear(`${chatter.name} (to you alone): ${printable(text)}`);
      return other ? undefined : `there is no ${printable(name)}`;
    },
  },
  me: {
    usage: 'text',
    help: 'say what you do: * alice waves',
    run(chatter, room, argument) {
      room.tell(`* ${chatter.name} ${printable(argument)}`, chatter);
      return undefined;
    },
  },
  topic: {
    usage: 'text',
    help: 'say what the room is about',
    needs: 'operator',
    run(chatter, room, argument) {
      room.topic = printable(argument);
      room.tell(`* ${chatter.name} set the topic: ${room.topic}`);
      return undefined;
    },
  },
  op: {
    usage: 'name',
    help: 'make another one operator, too',
    needs: 'operator',
    run(chatter, room, argument) {
      const other = findHere(chatter, room, argument);
      if (other) room.promote(other);
      return other ? undefined : `there is no ${printable(argument)} in this room`;
    },
  },
  kick: {
    usage: 'name',
    help: 'send somebody away',
    needs: 'operator',
    run(chatter, room, argument) {
      const other = findHere(chatter, room, argument);
      if (!other) return `there is no ${printable(argument)} in this room`;
      room.tell(`* ${other.name} was kicked by ${chatter.name}`);
      other.kick();
      return undefined;
    },
  },
  help: {
    usage: '',
    help: 'this list',
    run(chatter) {
      for (const [name, { usage, help, needs }] of Object.entries(commands)) {
        const call = `/${name} ${usage}`.trimEnd();
        chatter.hear(`* ${call}: ${help}${needs ? ` (${needs}s only)` : ''}`);
      }
      chatter.hear('* /quit: leave');
      return undefined;
    },
  },
};

/** Does what a line that begins with a slash says, or tells its sender alone why not. */
export function execute(chatter: Chatter, room: Room, line: string): Next {
  const [, name = '', argument = ''] = /^\/(\S*)\s*(.*)$/su.exec(line) ?? [];
  if (name === 'quit') return 'stop';
  const fault = run(chatter, room, name, argument.trimEnd());
  if (fault !== undefined) chatter.hear(`ERR ${fault}`);
  return undefined;
}

function run(chatter: Chatter, room: Room, name: string, argument: string): string | undefined {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) return `there is no command /${printable(name).slice(0, 40)}, see /help`;
  if (command.needs === 'operator' && !room.operators.has(chatter)) {
    return `/${name} is for operators of the room`;
  }
  if (argument === '' && command.usage !== '') return usageOf(name);
  return command.run(chatter, room, argument);
}

function usageOf(name: string): string {
  return `usage: /${name} ${commands[name]?.usage ?? ''}`;
}

function describeRoom(chatter: Chatter): void {
  const { room } = chatter;
  if (!room) return;
  const topic = room.topic === '' ? '' : `: ${room.topic}`;
  chatter.hear(`* you are in ${room.name} (${room.chatters.size} here)${topic}`);
}

function findHere(chatter: Chatter, room: Room, name: string): Chatter | undefined {
  const other = chatter.chat.find(name);
  return other?.room === room ? other : undefined;
}
