/**
 * Servers as child processes: every echo peer echoes and stops, a failed start has its reason, and
 * no process outlives the runner. test/contracts covers our own models.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { launch, type Program } from '../../../bench/contenders/server-process.js';
import { pidOf } from '../../../bench/contenders/contender.js';
import { peers } from '../../../bench/contenders/peers.js';
// The servers write no coverage.
import '../../support/environment.js';

const BOUND_MS = 20_000;

const echoPeers = peers().filter(({ services }) => services.includes('echo'));

describe('echo peers', () => {
  for (const peer of echoPeers) {
    const options = { skip: peer.unavailable('echo') ?? false, timeout: BOUND_MS };
    it(
      `${peer.name} echoes single bytes and a long message, and ends on stop`,
      options,
      async () => {
        const server = await peer.start({ service: 'echo', clients: 1 });
        try {
          const socket = await connected(server.port);
          for (const byte of Buffer.from('one at a time'))
            assert.deepEqual(await echoOf(socket, Buffer.from([byte])), Buffer.from([byte]));
          const long = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
          assert.deepEqual(await echoOf(socket, long), long);
          socket.end();
          await once(socket, 'close');
        } finally {
          await server.stop();
        }
        await server.stop();
        assert.throws(() => process.kill(pidOf(server), 0), { code: 'ESRCH' });
      },
    );

    it(`${peer.name} survives a client that resets`, options, async () => {
      const server = await peer.start({ service: 'echo', clients: 2 });
      try {
        const rude = await connected(server.port);
        rude.write(Buffer.alloc(100_000));
        await once(rude, 'data');
        rude.resetAndDestroy();
        const next = await connected(server.port);
        assert.equal((await echoOf(next, Buffer.from('still here'))).toString(), 'still here');
        next.destroy();
      } finally {
        await server.stop();
      }
    });

    it(`${peer.name} keeps the echo for a slow reader`, options, async () => {
      const server = await peer.start({ service: 'echo', clients: 1 });
      try {
        const socket = await connected(server.port);
        const long = Buffer.from(Array.from({ length: 12_000_000 }, (_, index) => index % 251));
        socket.pause();
        socket.write(long);
        // The kernel takes no more: all buffers on the way are full, and only reading makes room.
        await stalled(socket);
        assert.ok((await received(socket, long.length)).equals(long));
        socket.destroy();
      } finally {
        await server.stop();
      }
    });
  }
});

describe('launch', { timeout: 2 * BOUND_MS }, () => {
  it('rejects with the stderr of a program that ends before it listens', async () => {
    const program = script('console.error("no such luck"); process.exitCode = 3');
    await assert.rejects(
      launch(program),
      /script did not listen: it ended first \(exit code 3\)\nno such luck$/,
    );
  });

  it('rejects when the program cannot be started', async () => {
    await assert.rejects(
      launch({ ...script(''), command: '/nonexistent/program' }),
      /did not listen.*ENOENT/,
    );
  });

  it('rejects when the program does not listen in time', async () => {
    await assert.rejects(
      launch(script('setInterval(() => {}, 1000)'), 300),
      /it took more than 0.3 s/,
    );
  });

  it('keeps reading the output of a running server', async () => {
    // Synchronous writes, as pino's in our models, block until all output is read.
    const server = await launch(
      script(`
        const server = require('node:net').createServer((socket) => socket.end('free'));
server.listen(0, '127.0.0.1', () => {
          const text = server.address().port + '\\n' + 'x'.repeat(1 << 20);
          for (let at = 0; at < text.length; ) at += require('node:fs').writeSync(1, text.slice(at));
        });
      `),
    );
    try {
      assert.equal((await received(await connected(server.port), 4)).toString(), 'free');
    } finally {
      await server.stop();
    }
  });

  it('finds the port in a log file, but not the port of an earlier server', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'handoff-launch-'));
    const logFile = join(folder, 'log');
    await writeFile(logFile, '1111\n');
    try {
      const starting = launch({ ...script('setInterval(() => {}, 1000)'), logFile });
      await appendFile(logFile, 'warming\n2222\n');
      const server = await starting;
      assert.equal(server.port, 2222);
      await server.stop();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  for (const end of ['SIGTERM', 'exit'] as const) {
    it(`kills the server when the bench ends by ${end}`, async () => {
      const bench = spawn(process.execPath, ['--input-type=module', '-e', BENCH], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const port = await new Promise<number>((resolve) => {
        createInterface({ input: bench.stdout }).once('line', (line) => resolve(Number(line)));
      });
      const socket = await connected(port);
      // A killed server may reset the connection.
      socket.on('error', () => undefined);
      const closed = new Promise((resolve) => socket.resume().once('close', resolve));
      if (end === 'SIGTERM') bench.kill('SIGTERM');
      else bench.stdin.end('exit\n');
      await closed;
    });
  }
});

const BENCH = `
  import { peers } from ${JSON.stringify(new URL('../../../bench/contenders/peers.js', import.meta.url).href)};
  const server = await peers().find((peer) => peer.name === 'bare-net').start({ service: 'echo', clients: 1 });
  console.log(server.port);
  process.stdin.once('data', () => process.exit());
`;

function script(source: string): Program {
  return {
    name: 'script',
    command: process.execPath,
    args: ['-e', source],
    portIn: (line) => (/^\d+$/.test(line) ? Number(line) : undefined),
  };
}

async function connected(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function echoOf(socket: Socket, bytes: Buffer): Promise<Buffer> {
  const echo = received(socket, bytes.length);
  socket.write(bytes);
  return echo;
}

function received(socket: Socket, lengthBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sum = 0;
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      sum += chunk.length;
      if (sum < lengthBytes) return;
      socket.off('data', onData).off('close', onClose);
      resolve(Buffer.concat(chunks));
    };
    const onClose = (): void => reject(new Error(`closed after ${sum} of ${lengthBytes} bytes`));
    socket.on('data', onData).on('close', onClose).resume();
  });
}

/** Resolves when the kernel has taken no bytes for 200 ms. */
async function stalled(socket: Socket): Promise<void> {
  socket.setTimeout(200);
  await once(socket, 'timeout');
  socket.setTimeout(0);
}
