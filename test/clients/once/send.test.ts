/** The client of collect: every byte arrives and is confirmed, or one line says why not. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { sendAll, sourcesOf, type Source } from '../../../src/clients/once/send.js';
import { StartError } from '../../../src/base/errors.js';
import { temporaryDirectory } from '../../support/handoff.js';
import { underEveryModel } from '../../support/models.js';
import { startRawServer, unusedPort } from '../../support/raw-server.js';
import { sharedServer } from '../../support/server.js';

const PATIENT_MS = 30_000;
const host = '127.0.0.1';

function sourceOf(...chunks: readonly string[]): Source {
  return { path: undefined, open: () => Readable.from(chunks.map((chunk) => Buffer.from(chunk))) };
}

/** Never says anything, never ends. */
const SILENT: Source = { path: undefined, open: () => new Readable({ read: () => undefined }) };

underEveryModel('send to collect', (model) => {
  const server = sharedServer({ service: 'collect', model });

  it('receives a confirmation of every byte', async () => {
    assert.equal(await sendAll(server.address, [sourceOf('Grüße', '\n', 'zwei')], PATIENT_MS), 12);
  });

  it('may send nothing', async () => {
    assert.equal(await sendAll(server.address, [sourceOf()], PATIENT_MS), 0);
  });

  it('sends files one after the other', async (t) => {
    const directory = temporaryDirectory(t);
    const paths = ['one', 'two', 'three'].map((name) => join(directory, name));
    for (const path of paths) writeFileSync(path, 'x'.repeat(100_000));
    assert.equal(await sendAll(server.address, await sourcesOf(paths), PATIENT_MS), 300_000);
  });
});

describe('send fails in one line', { timeout: 60_000, concurrency: 4 }, () => {
  for (const [what, answer, complaint] of [
    ['a wrong count', 'OK 4\n', '5 bytes were sent, but the server received 4'],
    ['a count that is none', 'OK many\n', 'the server says "OK many"'],
    ['a refusal', 'ERR server \u001b[1mfull\n', 'the server says "ERR server ␛[1mfull"'],
    ['two answers', 'OK 5\nOK 5\n', 'the server says "OK 5␊OK 5"'],
    ['no answer', '', 'the server closed the connection without an answer'],
  ] as const) {
    it(`on ${what}`, async (t) => {
      const port = await startRawServer(t, (socket) => {
        socket.resume().on('end', () => socket.end(answer));
      });
      await assertFails(sendAll({ host, port }, [sourceOf('hello')], PATIENT_MS), port, complaint);
    });
  }

  it('on a refusal while the input goes on', async (t) => {
    const closed = new EventEmitter();
    const port = await startRawServer(t, (socket) => {
      socket.once('data', () => {
        socket.write('ERR server full\n');
        socket.destroy();
        closed.emit('closed');
      });
    });
    async function* lines() {
      const refused = once(closed, 'closed');
      yield Buffer.from('one\n');
      await refused;
      // The first is answered by a reset, so that the next ones fail before the client reads.
      for (const line of ['two\n', 'three\n', 'four\n']) yield Buffer.from(line);
    }
    const source: Source = { path: undefined, open: () => Readable.from(lines()) };
    const complaint = 'the server says "ERR server full"';
    await assertFails(sendAll({ host, port }, [source], PATIENT_MS), port, complaint);
  });

  it('on an endless answer', async (t) => {
    const port = await startRawServer(t, (socket) => {
      const flood = () => {
        while (socket.writable && socket.write('OK 5'));
      };
      socket.on('drain', flood);
      flood();
    });
    const complaint = `the server says "${'OK 5'.repeat(25)}…"`;
    await assertFails(sendAll({ host, port }, [SILENT], PATIENT_MS), port, complaint);
  });

  it('when the server refuses before it receives anything', async (t) => {
    const port = await startRawServer(t, (socket) => void socket.end('ERR server full\n'));
    await assertFails(
      sendAll({ host, port }, [SILENT], PATIENT_MS),
      port,
      'the server says "ERR server full"',
    );
  });

  it('when the server answers before it can have received everything', async (t) => {
    const port = await startRawServer(t, (socket) => {
      socket.once('data', () => socket.end('OK 5\n'));
    });
    const complaint = 'the server answered before it received everything';
    await assertFails(
      sendAll({ host, port }, [sourceOf('hello'), SILENT], PATIENT_MS),
      port,
      complaint,
    );
  });

  it('when the server resets the connection', async (t) => {
    const port = await startRawServer(t, (socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    });
    const endless: Source = { path: undefined, open: () => Readable.from(endlessly()) };
    await assert.rejects(sendAll({ host, port }, [endless], PATIENT_MS), (error: Error) => {
      assert.match(
        error.message,
        /^127\.0\.0\.1 port \d+: the server (reset|closed) the connection$/,
      );
      return error instanceof StartError;
    });
  });

  it('when the server does not read', async (t) => {
    const port = await startRawServer(t, (socket) => void socket.pause());
    const endless: Source = { path: undefined, open: () => Readable.from(endlessly()) };
    await assertFails(sendAll({ host, port }, [endless], 100), port, 'no answer for 100 ms');
  });

  it('when the server has everything and is silent', async (t) => {
    const port = await startRawServer(t, (socket) => void socket.resume());
    await assertFails(
      sendAll({ host, port }, [sourceOf('hello')], 50),
      port,
      'no answer for 50 ms',
    );
  });

  it('but not on a slow input', async (t) => {
    const port = await startRawServer(t, (socket) => {
      let bytes = 0;
      socket
        .on('data', (chunk) => (bytes += chunk.length))
        .on('end', () => socket.end(`OK ${bytes}\n`));
    });
    const slow: Source = { path: undefined, open: () => Readable.from(slowly()) };
    assert.equal(await sendAll({ host, port }, [slow], 700), 2);
  });

  it('when no server listens', async () => {
    const port = await unusedPort();
    const complaint = 'connection refused; is the server running?';
    await assertFails(sendAll({ host, port }, [sourceOf('hello')], PATIENT_MS), port, complaint);
  });

  it('when an input fails, and the server sees that it is incomplete', async (t) => {
    const events = new EventEmitter();
    const port = await startRawServer(t, (socket) => {
      socket
        .once('data', () => events.emit('begun'))
        .on('end', () => events.emit('over', 'an end'));
      socket.once('error', () => events.emit('over', 'a reset'));
    });
    // A reset right behind data can look like an end.
    async function* breakingOff() {
      const begun = once(events, 'begun');
      yield Buffer.from('begin');
      await begun;
      throw new Error('torn');
    }
    const over = once(events, 'over');
    const failing = sendAll(
      { host, port },
      [{ path: 'tape', open: () => Readable.from(breakingOff()) }],
      PATIENT_MS,
    );
    await assert.rejects(failing, new StartError('cannot read tape: torn'));
    assert.deepEqual(await over, ['a reset']);
  });

  it('when a file is missing or is a directory', async (t) => {
    const directory = temporaryDirectory(t);
    const path = join(directory, 'none');
    await assert.rejects(
      sourcesOf([path]),
      new StartError(`cannot read ${path}: there is no such file`),
    );
    await assert.rejects(
      sourcesOf([directory]),
      new StartError(`cannot read ${directory}: it is a directory`),
    );
  });
});

function* endlessly() {
  for (;;) yield Buffer.alloc(65_536);
}

async function* slowly() {
  yield Buffer.from('a');
  // Silence of the input is what is tested: longer than a server may be silent there.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  yield Buffer.from('b');
}

async function assertFails(work: Promise<unknown>, port: number, complaint: string): Promise<void> {
  await assert.rejects(work, new StartError(`127.0.0.1 port ${port}: ${complaint}`));
}
