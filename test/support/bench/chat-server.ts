/**
 * A chat server in this process for tests of the generator. A test can replace each of its steps.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';

export interface ChatMember {
  readonly socket: Socket;
  /** The number of the member in the order of joining, from 0. */
  readonly index: number;
  readonly name: string;
}

export interface ChatRules {
  /** The answer to a new member's name. Default: a welcome. */
  readonly welcome?: (name: string) => string;
  readonly announcement?: (name: string) => string;
  /** Called for each line and each other member, in the order of joining. Default: sends `text`. */
  readonly deliver?: (to: ChatMember, from: ChatMember, text: string) => void;
  /** Called once for each line, before its delivery. */
  readonly onLine?: (from: ChatMember, line: string, members: readonly ChatMember[]) => void;
}

/** Starts the server, which is closed with the test, and returns its port. */
export async function serveChat(test: TestContext, rules: ChatRules = {}): Promise<number> {
  const {
    welcome = (name: string) => `Welcome ${name}\n`,
    announcement = (name: string) => `* ${name} joined (2 here)\n`,
    deliver = (to: ChatMember, _from: ChatMember, text: string) => void to.socket.write(text),
    onLine,
  } = rules;
  const members: ChatMember[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    let self: ChatMember | undefined;
    // The generator closes with lines in flight: a reset. readline repeats its stream's errors.
    const lines = createInterface({ input: socket.on('error', () => undefined) }).on(
      'error',
      () => undefined,
    );
    socket.write('Hello\nWho?\n');
    lines.on('line', (line) => {
      if (self) {
        onLine?.(self, line, members);
        for (const other of members)
          if (other !== self) deliver(other, self, `${self.name}: ${line}\n`);
        return;
      }
      for (const other of members) other.socket.write(announcement(line));
      self = { socket, index: members.length, name: line };
      members.push(self);
      socket.write(welcome(line));
    });
    test.after(() => socket.destroy());
  });
  test.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
