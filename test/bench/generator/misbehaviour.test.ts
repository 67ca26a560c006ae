/**
 * The generator against servers that misbehave once: in a closed loop, in churn and in an open
 * loop. Each loop counts exactly that one error, of the right kind, and no error of other clients.
 */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { startGenerator, type Generator } from '../../../bench/generator/handle.js';
import {
  noErrors,
  totalErrors,
  type ErrorCounts,
  type ErrorKind,
} from '../../../bench/generator/protocol/error-kinds.js';
// The servers write no coverage.
import '../../support/environment.js';
import { serve, serveInProcess } from '../../support/bench/raw-echo.js';

const CLIENTS = 4;

interface Loop {
  readonly name: string;
  /** The connection on which the server misbehaves, and after how many right answers. */
  readonly connection: number;
  readonly rightAnswers: number;
  /** Resolves to the errors. In a closed loop, an affected other client would show as a timeout. */
  run(generator: Generator, port: number, options?: Partial<Size>): Promise<ErrorCounts>;
}

interface Size {
  readonly clients: number;
  readonly messageBytes: number;
  readonly durationMs: number;
}

const SIZE: Size = { clients: CLIENTS, messageBytes: 64, durationMs: 50 };

function closedLoop(pattern: 'echo' | 'churn', connection: number, rightAnswers: number): Loop {
  return {
    ...{ name: pattern === 'echo' ? 'a closed loop' : 'churn', connection, rightAnswers },
    run: async (generator, port, options) =>
      (await generator.run({ port, pattern, ...SIZE, ...options })).errors,
  };
}

const OPEN_LOOP: Loop = {
  ...{ name: 'an open loop', connection: 1, rightAnswers: 1 },
  run: async (generator, port, options) => {
    const size = { ...SIZE, ...options };
    // One request per connection: no failed request hides behind a postponed one.
    const requestsPerSecond = (size.clients / size.durationMs) * 1e3;
    const result = await generator.openLoop({ port, ...size, requestsPerSecond });
    const failed = totalErrors(result.errors);
    assert.deepEqual([result.offered, result.unsent], [size.clients, 0]);
    assert.deepEqual([result.answered, result.unanswered], [size.clients - failed, failed]);
    assert.equal(result.corrected.count, result.offered);
    return result.errors;
  },
};

/** In churn, the server misbehaves on the first connection after the paced opening. */
const LOOPS = [closedLoop('echo', 1, 1), closedLoop('churn', CLIENTS, 0), OPEN_LOOP];

/** Gives one request a wrong or late answer. */
type Misbehaviour = (socket: Socket, request: Buffer, othersRequest: Buffer) => void;

/**
 * Echoes whole messages and misbehaves at one of them. It collects each message first, so that the
 * fault does not depend on the pieces in which the message came.
 */
function serveBut(test: TestContext, loop: Loop, messageBytes: number, misbehave: Misbehaviour) {
  let othersRequest = Buffer.alloc(messageBytes);
  return serve(test, (socket, connection) => {
    let pieces: Buffer[] = [];
    let missing = messageBytes;
    let answers = 0;
    socket.on('data', (piece) => {
      pieces.push(piece);
      missing -= piece.length;
      if (missing > 0) return;
      const request = Buffer.concat(pieces);
      pieces = [];
      missing = messageBytes;
      if (connection === loop.connection && answers === loop.rightAnswers) {
        misbehave(socket, request, othersRequest);
      } else {
        if (connection !== loop.connection) othersRequest = request;
        socket.write(request);
      }
      answers += 1;
    });
  });
}

function half(request: Buffer): Buffer {
  return request.subarray(0, request.length / 2);
}

const CASES: readonly {
  readonly does: string;
  readonly misbehave: Misbehaviour;
  /** Undefined: the server is slow, but right. */
  readonly kind?: ErrorKind;
  readonly messageBytes?: number;
}[] = [
  {
    does: 'flips one bit in the middle of a large message',
    messageBytes: 300_000,
    misbehave: (socket, request) => {
      request[150_001] = (request[150_001] ?? 0) ^ 1;
      socket.write(request);
    },
    kind: 'wrongBytes',
  },
  {
    does: 'answers twice',
    misbehave: (socket, request) => socket.write(Buffer.concat([request, request])),
    kind: 'wrongBytes',
  },
  {
    does: "sends another client's answer",
    misbehave: (socket, _request, othersRequest) => socket.write(othersRequest),
    kind: 'wrongBytes',
  },
  {
    does: 'swaps two pieces of a large message',
    messageBytes: 131_072,
    misbehave: (socket, request) =>
      socket.write(Buffer.concat([request.subarray(65_536), request.subarray(0, 65_536)])),
    kind: 'wrongBytes',
  },
  {
    does: 'resets in the middle of an answer',
    misbehave: (socket, request) => socket.write(half(request), () => socket.resetAndDestroy()),
    kind: 'reset',
  },
  {
    does: 'closes in the middle of an answer',
    misbehave: (socket, request) => socket.end(half(request)),
    kind: 'closedEarly',
  },
  {
    does: 'closes instead of answering',
    misbehave: (socket) => socket.end(),
    kind: 'closedEarly',
  },
  {
    does: 'answers late',
    misbehave: (socket, request) => void setTimeout(() => socket.write(request), 30),
  },
  {
    does: 'answers byte by byte',
    misbehave: (socket, request) => void dribble(socket, request),
  },
];

async function dribble(socket: Socket, request: Buffer): Promise<void> {
  for (const byte of request) {
    await new Promise((resolve) => socket.write(Buffer.of(byte), resolve));
    await new Promise(setImmediate);
  }
}

describe(
  'a server that misbehaves once',
  { skip: process.platform !== 'linux' && 'epoll is Linux only' },
  () => {
    let generator: Generator;
    before(async () => {
      generator = await startGenerator();
    });
    after(() => generator.stop());

    for (const loop of LOOPS) {
      for (const { does, misbehave, kind, messageBytes = 64 } of CASES) {
        const finding = kind === undefined ? 'no error' : `one error (${kind})`;
        it(`counts ${finding} when it ${does} in ${loop.name}`, async (test) => {
          const port = await serveBut(test, loop, messageBytes, misbehave);
          const errors = await loop.run(generator, port, { messageBytes });
          assert.deepEqual(errors, { ...noErrors(), ...(kind !== undefined && { [kind]: 1 }) });
        });
      }
    }

    // Each waits for the answer limit of two seconds, so all run at once.
    it('counts one timeout, in every loop, when it stops answering or reading', async (test) => {
      const silent = LOOPS.map(async (loop) => {
        const port = await serveBut(test, loop, 64, () => undefined);
        const errors = await loop.run(await ownGenerator(test), port);
        assert.deepEqual(errors, { ...noErrors(), timeout: 1 }, loop.name);
      });
      // Longer than all socket buffers. One client, because several keep a machine busy.
      const deaf = LOOPS.map(async (loop) => {
        const options = { messageBytes: 8_000_000, clients: 1, durationMs: 1000 };
        const port = await serve(test, (socket, connection) => {
          const isDeaf = loop.rightAnswers > 0 || connection > 0;
          answerFirst(socket, isDeaf ? loop.rightAnswers * options.messageBytes : Infinity, () =>
            socket.pause(),
          );
        });
        const errors = await loop.run(await ownGenerator(test), port, options);
        assert.deepEqual(errors, { ...noErrors(), timeout: 1 }, loop.name);
      });
      await Promise.all([...silent, ...deaf]);
    });
  },
);

async function ownGenerator(test: TestContext): Promise<Generator> {
  const generator = await startGenerator();
  test.after(() => generator.stop());
  return generator;
}

/** Echoes this many bytes. Calls `then` for each later piece. */
function answerFirst(socket: Socket, bytes: number, then: () => void): void {
  let missing = bytes;
  socket.on('data', (piece) => {
    if (missing > 0) socket.write(piece);
    else then();
    missing -= piece.length;
  });
}

describe(
  'a server process that dies at a request',
  { skip: process.platform !== 'linux' && 'epoll is Linux only' },
  () => {
    let generator: Generator;
    before(async () => {
      generator = await startGenerator();
    });
    after(() => generator.stop());

    async function serveUntilStart(test: TestContext) {
      const { pid, port } = await serveInProcess(test, CLIENTS + 1);
      return { port, clients: CLIENTS, durationMs: 60, serverPid: pid };
    }

    it('causes one error per client in a closed loop', async (test) => {
      const { errors, requests } = await generator.run(await serveUntilStart(test));
      assert.equal(errors.reset + errors.closedEarly, CLIENTS);
      assert.equal(totalErrors(errors), CLIENTS);
      assert.equal(requests, 0);
    });

    it('causes one error per client in churn, and then refusals', async (test) => {
      const options = {
        ...(await serveUntilStart(test)),
        pattern: 'churn',
        durationMs: 200,
      } as const;
      const { errors } = await generator.run(options);
      assert.ok(totalErrors(errors) >= CLIENTS);
      assert.equal(errors.reset + errors.closedEarly + errors.refused, totalErrors(errors));
    });

    it('leaves all later requests of an open loop unsent', async (test) => {
      const options = { ...(await serveUntilStart(test)), requestsPerSecond: 2000 };
      const { errors, offered, answered, unsent, unanswered, corrected } =
        await generator.openLoop(options);
      assert.equal(errors.reset + errors.closedEarly, CLIENTS);
      assert.equal(totalErrors(errors), CLIENTS);
      assert.equal(answered, 0);
      assert.equal(unsent + unanswered, offered);
      assert.equal(corrected.count, offered);
    });
  },
);
