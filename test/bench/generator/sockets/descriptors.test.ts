/** The load process closes every descriptor, also when a system call or a job fails early. */
import assert from 'node:assert/strict';
import { closeSync, fstatSync, openSync, readdirSync } from 'node:fs';
import koffi from 'koffi';
import { describe, it } from 'node:test';
import { runPopulationsJob } from '../../../../bench/generator/loads/closed-loop.js';
import { runFanOut } from '../../../../bench/generator/loads/fan-out.js';
import type { LoadJob, PopulationsJob } from '../../../../bench/generator/protocol/jobs.js';
import { Clients } from '../../../../bench/generator/sockets/clients.js';
import { EchoPayloads } from '../../../../bench/generator/sockets/echo-payloads.js';
import { learnLineExchange } from '../../../../bench/generator/sockets/line-exchange.js';
import { connectSocket, socketAddress } from '../../../../bench/generator/sockets/socket.js';
import { unusedPort } from '../../../support/raw-server.js';

const POPULATION = {
  name: 'short',
  clients: 1,
  pattern: 'keep',
  line: 'short',
  answer: 'done',
} as const;
const POPULATIONS: Omit<PopulationsJob, 'port'> = {
  ...{ kind: 'populations', populations: [POPULATION], warmUpMs: 0, durationMs: 10 },
  ...{ silentClients: 0, answerLimitMs: 10 },
};
const FAN_OUT: Omit<LoadJob, 'port'> = {
  ...{ kind: 'load', pattern: 'fan-out', clients: 4, senders: 1, messageBytes: 32 },
  ...{ warmUpMs: 0, durationMs: 10, silentClients: 0, pauseMs: 0 },
};

/** The work must fail as expected, and leave as many descriptors open as before. */
function assertFailsWithoutLeak(
  work: () => unknown,
  expected: RegExp | { readonly code: string },
): void {
  const before = openDescriptors();
  assert.throws(work, expected);
  assert.equal(openDescriptors(), before);
}

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

const libc = koffi.load(null);
const RLIMIT_NOFILE = 7;
const getrlimit = libc.func('int getrlimit(int resource, _Out_ uint64_t *limits)') as RlimitCall;
const setrlimit = libc.func('int setrlimit(int resource, const uint64_t *limits)') as RlimitCall;
type RlimitCall = (resource: number, limits: BigUint64Array) => number;

/** Runs `work` while this process can open only `count` more descriptors. */
function withDescriptorsLeft(count: number, work: () => void): void {
  const limits = new BigUint64Array(2);
  assert.equal(getrlimit(RLIMIT_NOFILE, limits), 0);
  // All new descriptors must be below the limit. Open ones above it stay open.
  let limit = 0;
  for (let free = 0; free < count; limit++) if (!isOpen(limit)) free += 1;
  assert.equal(setrlimit(RLIMIT_NOFILE, new BigUint64Array([BigInt(limit), limits[1] ?? 0n])), 0);
  try {
    work();
  } finally {
    setrlimit(RLIMIT_NOFILE, limits);
  }
}

/** Uses fstat(2), because reading /proc/self/fd opens a descriptor itself. */
function isOpen(fd: number): boolean {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false;
  }
}

describe(
  'a failure in the load process',
  { skip: process.platform !== 'linux' && 'epoll is Linux only' },
  () => {
    it('closes the socket whose bind failed', async () => {
      const port = await unusedPort();
      // 192.0.2.0/24 is reserved for documentation, so no machine has this address.
      const foreign = socketAddress([192, 0, 2, 1], 0);
      assertFailsWithoutLeak(() => connectSocket(port, foreign), { code: 'EADDRNOTAVAIL' });
    });

    it('closes the epoll when no descriptor is left for the socket', () => {
      withDescriptorsLeft(1, () => {
        assert.throws(() => learnLineExchange(1, 'short', 10), { code: 'EMFILE' });
        // The one descriptor is free again.
        closeSync(openSync('/dev/null', 'r'));
      });
    });

    it('closes socket and epoll of a refused reference request', async () => {
      const port = await unusedPort();
      assertFailsWithoutLeak(() => learnLineExchange(port, 'short', 10), /refused|ECONNREFUSED/);
    });

    it('closes the first population when the second cannot be created', async () => {
      const populations = [POPULATION, { ...POPULATION, clients: -1 }];
      const job = { ...POPULATIONS, port: await unusedPort(), populations };
      assertFailsWithoutLeak(() => runPopulationsJob(job), /Invalid typed array length: -1/);
    });

    it('opens no epoll for an invalid set of clients or members', async () => {
      const port = await unusedPort();
      const exchange = new EchoPayloads(1, 64);
      const events = {
        connected: () => undefined,
        answered: () => undefined,
        failed: () => undefined,
      };
      assertFailsWithoutLeak(
        () => new Clients({ port, clients: -1, exchange, ownAddresses: false }, events),
        /Invalid typed array length: -1/,
      );
      assertFailsWithoutLeak(
        () => runFanOut({ ...FAN_OUT, port, messageBytes: 2 ** 30 + 1 }),
        /1 to \d+ bytes/,
      );
    });

    it('closes the members of a chat that refuses them', async () => {
      const port = await unusedPort();
      assertFailsWithoutLeak(() => runFanOut({ ...FAN_OUT, port }), /refused|ECONNREFUSED/);
    });
  },
);
