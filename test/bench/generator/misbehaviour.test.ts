/**
 * The generator against servers that misbehave once: in a closed loop, in churn and in an open loop. Each finds exactly
 * that one error, of the right kind, and the other clients do not suffer.
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
} from '../../../bench/generator/protocol/answers.js';
import { serve, serveInProcess } from '../../support/bench/raw-echo.js';

const CLIENTS = 4;

interface Loop {
  readonly name: string;
  /** On which connection the server misbehaves, and after how many right answers: a request that is always sent. */
  readonly connection: number;
  readonly rightAnswers: number;
  /** Resolves to the errors. A client of a closed loop that suffered from another's server would show as a timeout. */
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
    // One request a connection: of what is lost, nothing hides behind what waits.
    const requestsPerSecond = (size.clients / size.durationMs) * 1e3;
    const result = await generator.openLoop({ port, ...size, requestsPerSecond });
    const failed = totalErrors(result.errors);
    assert.deepEqual([result.offered, result.unsent], [size.clients, 0]);
    assert.deepEqual([result.answered, result.unanswered], [size.clients - failed, failed]);
    assert.equal(result.corrected.count, result.offered);
    return result.errors;
  },
};

/** In churn, the first connection after those that are opened one by one. */
const LOOPS = [closedLoop('echo', 1, 1), closedLoop('churn', CLIENTS, 0), OPEN_LOOP];

/** Answers one request otherwise than it should; the bytes are the request's. */
type Misbehaviour = (socket: Socket, request: Buffer, othersRequest: Buffer) => void;

/**
 * Echoes whole messages, but for one of them. Honest servers may answer in pieces; this one collects a message first,
 * so that what it does to one does not depend on how it came.
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
  /** none: it is slow, but right */
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
    does: "gives another client's answer",
    misbehave: (socket, _request, othersRequest) => socket.write(othersRequest),
    kind: 'wrongBytes',
  },
  {
    does: 'exchanges two pieces of a large message',
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
    does: 'takes its time',
    misbehave: (socket, request) => void setTimeout(() => socket.write(request), 30),
  },
  {
    does: 'dribbles byte by byte',
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
        const finding = kind === undefined ? 'no error' : `one error, ${kind}`;
        it(`in ${loop.name}, and ${does}: ${finding}`, async (test) => {
          const port = await serveBut(test, loop, messageBytes, misbehave);
          const errors = await loop.run(generator, port, { messageBytes });
          assert.deepEqual(errors, { ...noErrors(), ...(kind !== undefined && { [kind]: 1 }) });
        });
      }
    }

    // Each takes the two seconds that an answer may take, so all take them together.
    it('falls silent, or stops reading: timeouts, and the others go on, in every loop', async (test) => {
      const silent = LOOPS.map(async (loop) => {
        const port = await serveBut(test, loop, 64, () => undefined);
        const errors = await loop.run(await ownGenerator(test), port);
        assert.deepEqual(errors, { ...noErrors(), timeout: 1 }, loop.name);
      });
      // So long that the kernel does not take it all; alone, and with time, since several would keep a machine busy.
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

/** Echoes so many bytes; of what comes afterwards, `then` hears. */
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

    it('is, in a closed loop, one error a client', async (test) => {
      const { errors, requests } = await generator.run(await serveUntilStart(test));
      assert.equal(errors.reset + errors.closedEarly, CLIENTS);
      assert.equal(totalErrors(errors), CLIENTS);
      assert.equal(requests, 0);
    });

    it('is, in churn, one error a client, and then its attempts are refused', async (test) => {
      const options = { ...(await serveUntilStart(test)), pattern: 'churn', durationMs: 200 } as const;
      const { errors } = await generator.run(options);
      assert.ok(totalErrors(errors) >= CLIENTS);
      assert.equal(errors.reset + errors.closedEarly + errors.refused, totalErrors(errors));
    });

    it('leaves, in an open loop, all that was to come unsent', async (test) => {
      const options = { ...(await serveUntilStart(test)), requestsPerSecond: 2000 };
      const { errors, offered, answered, unsent, unanswered, corrected } = await generator.openLoop(options);
      assert.equal(errors.reset + errors.closedEarly, CLIENTS);
      assert.equal(totalErrors(errors), CLIENTS);
      assert.equal(answered, 0);
      assert.equal(unsent + unanswered, offered);
      assert.equal(corrected.count, offered);
    });
  },
);
