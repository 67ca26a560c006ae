/** The generator as the members of a chat: it counts deliveries and detects every wrong one. */
import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { LoadJob } from '../../../../bench/generator/protocol/jobs.js';
import { startGenerator, type Generator } from '../../../../bench/generator/handle.js';
import { noErrors, totalErrors } from '../../../../bench/generator/protocol/error-kinds.js';
import { serveChat, type ChatMember, type ChatRules } from '../../../support/bench/chat-server.js';

const MEMBERS = 6;
const SENDERS = 3;
/** Right deliveries to a member before the server misbehaves. By then all senders are active. */
const RIGHT_DELIVERIES = 10;
/** For a job that ends at the first error. */
const UNTIL_THEN = { durationMs: 30_000 };

/** Misbehaves at one delivery to a member. All others are right. */
function onceTo(index: number, misbehave: (to: ChatMember, text: string) => void): ChatRules {
  let left = RIGHT_DELIVERIES;
  return {
    deliver(to, _from, text) {
      if (to.index === index && left-- === 0) misbehave(to, text);
      else to.socket.write(text);
    },
  };
}

describe('fan-out', { skip: process.platform !== 'linux' && 'epoll is Linux only' }, () => {
  let generator: Generator;
  before(async () => {
    generator = await startGenerator();
  });
  after(() => generator.stop());

  async function load(test: TestContext, rules: ChatRules = {}, options: Partial<LoadJob> = {}) {
    const port = await serveChat(test, rules);
    return generator.run({
      ...{
        pattern: 'fan-out',
        port,
        clients: MEMBERS,
        senders: SENDERS,
        messageBytes: 32,
        durationMs: 200,
      },
      ...options,
    });
  }

  it('counts and times each delivery of a line, without errors from a correct server', async (test) => {
    const result = await load(test, {}, { serverPid: process.pid });
    assert.deepEqual(result.errors, noErrors());
    assert.equal(result.clientsServed, MEMBERS);
    assert.ok(result.requests > 0);
    assert.equal(result.latency.count, result.requests);
    assert.ok(result.server);
  });

  it('works with one sender and with all members but one as senders', async (test) => {
    for (const senders of [1, MEMBERS - 1]) {
      const result = await load(test, {}, { senders, durationMs: 100 });
      assert.deepEqual(result.errors, noErrors());
      assert.equal(result.clientsServed, MEMBERS);
    }
  });

  it('sends unique lines of 32 bytes, and none before all members have the last one', async (test) => {
    const said = new Set<string>();
    const senders = new Set<string>();
    const awaited = new Map<ChatMember, number>();
    let lines = 0;
    const result = await load(test, {
      onLine(from, line) {
        assert.match(line, /^[0-o]{31}$/);
        assert.ok((awaited.get(from) ?? 0) === 0, 'a line before its last one was delivered');
        awaited.set(from, MEMBERS - 1);
        said.add(line);
        senders.add(from.name);
        lines += 1;
      },
      deliver(to, from, text) {
        const send = () => {
          awaited.set(from, (awaited.get(from) ?? 0) - 1);
          to.socket.write(text);
        };
        // The last member gets it a turn later.
        if (to.index === MEMBERS - 1 || (from.index === MEMBERS - 1 && to.index === MEMBERS - 2))
          setImmediate(send);
        else send();
      },
    });
    assert.deepEqual(result.errors, noErrors());
    assert.equal(said.size, lines);
    assert.equal(senders.size, SENDERS);
  });

  it('assembles lines that come byte by byte, and skips lines of the server', async (test) => {
    const result = await load(test, {
      deliver(to, _from, text) {
        for (const character of text) to.socket.write(character);
        to.socket.write('* somebody left\n');
      },
    });
    assert.deepEqual(result.errors, noErrors());
    assert.equal(result.clientsServed, MEMBERS);
  });

  it('counts a line that a member never gets as a timeout', async (test) => {
    const left = new Map([0, 2].map((index) => [index, RIGHT_DELIVERIES]));
    const { errors } = await load(test, {
      deliver(to, _from, text) {
        const remaining = left.get(to.index);
        if (remaining !== undefined) left.set(to.index, remaining - 1);
        if (remaining !== 0) to.socket.write(text);
      },
    });
    assert.deepEqual(errors, { ...noErrors(), timeout: 2 });
  });

  it('detects a single changed byte in the name and in the text', async (test) => {
    for (const at of [0, 5, 7, 8, 20, 38]) {
      const changed = onceTo(4, (to, text) => {
        const bytes = Buffer.from(text);
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        to.socket.write(bytes);
      });
      const { errors } = await load(test, changed, UNTIL_THEN);
      assert.deepEqual(errors, { ...noErrors(), wrongBytes: 1 }, `byte ${at}`);
    }
  });

  it('detects a line that is too short or has no newline', async (test) => {
    for (const cut of [(text: string) => text.slice(1), (text: string) => text.slice(0, -1)]) {
      const rules = onceTo(4, (to, text) => to.socket.write(cut(text)));
      const result = await load(test, rules, UNTIL_THEN);
      assert.deepEqual(result.errors, { ...noErrors(), wrongBytes: 1 });
    }
  });

  it('detects a line that comes twice', async (test) => {
    const rules = onceTo(4, (to, text) => to.socket.write(text + text));
    const { errors } = await load(test, rules, UNTIL_THEN);
    assert.deepEqual(errors, { ...noErrors(), wrongBytes: 1 });
  });

  it('detects a line that its own sender gets', async (test) => {
    let left = RIGHT_DELIVERIES;
    const rules: ChatRules = {
      onLine({ socket, name }, line) {
        if (left-- === 0) socket.write(`${name}: ${line}\n`);
      },
    };
    const { errors } = await load(test, rules, UNTIL_THEN);
    assert.deepEqual(errors, { ...noErrors(), wrongBytes: 1 });
  });

  it('detects two lines that one member gets in another order', async (test) => {
    for (const [index, out] of [
      [1, 1],
      [MEMBERS - 1, 1],
      // Member 0 is the reference. The senders of the two lines got only one of them each.
      [0, MEMBERS - 1 - 2],
    ] as const) {
      let left = RIGHT_DELIVERIES;
      let held = '';
      const rules: ChatRules = {
        deliver(to, _from, text) {
          if (to.index === index && left-- === 0) {
            held = text;
            return;
          }
          to.socket.write(to.index === index ? text + held : text);
          if (to.index === index) held = '';
        },
      };
      const { errors } = await load(test, rules, { durationMs: 500 });
      assert.deepEqual(errors, { ...noErrors(), wrongOrder: out }, `member ${index}`);
    }
  });

  it('ends early when the server closes or resets a member', async (test) => {
    for (const end of ['end', 'resetAndDestroy'] as const) {
      const rules = onceTo(3, ({ socket }) => socket[end]());
      const { errors, seconds } = await load(test, rules, UNTIL_THEN);
      assert.equal(totalErrors(errors), 1);
      assert.equal(errors.closedEarly + errors.reset, 1);
      assert.ok(seconds < 29);
    }
  });

  it('reports why members cannot join', async (test) => {
    const taken: ChatRules = { welcome: (name) => `ERR ${name} is taken\n` };
    await assert.rejects(load(test, taken), /the chat server answers "ERR \w{6} is taken"/);
    await assert.rejects(
      load(test, { announcement: () => '' }),
      /gave no announcement of all members within 2 s/,
    );
    await assert.rejects(load(test, {}, { senders: MEMBERS }), /has 1 to 5 senders, not 6/);
    assert.equal(totalErrors((await load(test)).errors), 0);
  });
});
