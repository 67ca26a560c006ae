/** Fetches one file from many peers, some of them late or faulty. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fetchFromAll, wantedFrom } from '../../../src/clients/http/peer.js';
import { UsageError } from '../../../src/base/errors.js';
import { temporaryDirectory } from '../../support/handoff.js';
import { answering, startRawServer, unusedPort } from '../../support/raw-server.js';

const page = (text: string) =>
  answering(`HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`);

/** Fetches myData.txt from these ports. */
async function fetchFrom(t: TestContext, ports: readonly number[], tries = 3, onReport = () => {}) {
  const into = temporaryDirectory(t);
  const lines: string[] = [];
  const report = (line: string) => {
    lines.push(line);
    onReport();
  };
  const wanted = wantedFrom(
    ports.map((port) => `127.0.0.1:${port}`),
    8080,
    'myData.txt',
    into,
  );
  const arrived = await fetchFromAll(wanted, {
    tries,
    waitMs: 1,
    maxWaitMs: 5,
    timeoutMs: 30_000,
    maxBytes: 1000,
    onArrival: (line) => {
      report(line);
      return Promise.resolve();
    },
    report,
  });
  const files = Object.fromEntries(
    readdirSync(into).map((name) => [name, readFileSync(join(into, name), 'utf8')]),
  );
  return { arrived, files, lines, into };
}

describe('fetching from peers', { timeout: 60_000, concurrency: 4 }, () => {
  it('stores the file of each peer in one folder, under the peer’s address', async (t) => {
    const natalia = await startRawServer(t, page('I like to go to movie theater.'));
    const other = await startRawServer(t, page('Me, too.'));
    const { arrived, files, lines, into } = await fetchFrom(t, [natalia, other]);
    assert.equal(arrived, 2);
    assert.deepEqual(files, {
      [`127.0.0.1_${natalia}-myData.txt`]: 'I like to go to movie theater.',
      [`127.0.0.1_${other}-myData.txt`]: 'Me, too.',
    });
    const path = join(into, `127.0.0.1_${other}-myData.txt`);
    assert.ok(lines.includes(`127.0.0.1:${other}: 8 bytes in ${path}`), lines.join('\n'));
  });

  it('retries a peer that does not listen yet', async (t) => {
    const port = await unusedPort();
    const start = () => {
      const server = createServer(page('at last')).listen(port, '127.0.0.1');
      t.after(() => void server.close());
    };
    const { arrived, files, lines } = await fetchFrom(t, [port], 10_000, once(start));
    assert.equal(arrived, 1);
    assert.deepEqual(Object.values(files), ['at last']);
    assert.match(lines[0] ?? '', /^[^ ]+: connection refused.*; trying again$/);
  });

  for (const [what, bad] of [
    ['breaks off', answering('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe')],
    ['is busy', answering('HTTP/1.1 503 Service Unavailable\r\n\r\n')],
    ['speaks no HTTP', answering('ERR server full\n')],
    ['resets the connection', (socket: Socket) => void socket.resetAndDestroy()],
  ] as const) {
    it(`retries when a peer ${what}, and keeps nothing of the failed tries`, async (t) => {
      let asked = 0;
      const port = await startRawServer(t, (socket) => (++asked < 3 ? bad : page('whole'))(socket));
      const { arrived, files } = await fetchFrom(t, [port]);
      assert.deepEqual([asked, arrived, Object.values(files)], [3, 1, ['whole']]);
    });
  }

  it('stops after the last try, and keeps the files of the other peers', async (t) => {
    let asked = 0;
    const broken = await startRawServer(t, (socket) => {
      asked++;
      answering('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe')(socket);
    });
    const good = await startRawServer(t, page('good'));
    const { arrived, files, lines } = await fetchFrom(t, [broken, good], 4);
    assert.deepEqual([asked, arrived, Object.values(files)], [4, 1, ['good']]);
    // A reason is reported twice: when it occurs and at the end.
    assert.equal(lines.filter((line) => line.startsWith(`127.0.0.1:${broken}: `)).length, 2);
    assert.ok(lines.some((line) => line.includes('failed after 4 tries: ')));
  });

  for (const [what, serve, complaint] of [
    [
      'has no such file',
      answering('HTTP/1.1 404 Not Found\r\n\r\n'),
      /failed after 1 try: .*404 Not Found/,
    ],
    [
      'has one that is too long',
      page('x'.repeat(1001)),
      /failed after 1 try: .*longer than 1000 bytes/,
    ],
  ] as const) {
    it(`does not retry when a peer ${what}`, async (t) => {
      const port = await startRawServer(t, serve);
      const { arrived, files, lines } = await fetchFrom(t, [port]);
      assert.deepEqual([arrived, files], [0, {}]);
      assert.match(lines.join('\n'), complaint);
    });
  }
});

describe('the files of peers', () => {
  const pathsOf = (peers: readonly string[], file = 'myData.txt') =>
    wantedFrom(peers, 8080, file, 'd').map(({ url, path }) => [url.href, path]);

  it('have names that cannot leave the folder', () => {
    assert.deepEqual(pathsOf(['localhost:80', '[::1]:81', '..', 'Host']), [
      ['http://localhost/myData.txt', 'd/localhost_80-myData.txt'],
      ['http://[::1]:81/myData.txt', 'd/__1_81-myData.txt'],
      ['http://..:8080/myData.txt', 'd/.._8080-myData.txt'],
      ['http://host:8080/myData.txt', 'd/host_8080-myData.txt'],
    ]);
    assert.deepEqual(pathsOf(['h'], 'a b/ž?#.txt'), [
      ['http://h:8080/a%20b/%C5%BE%3F%23.txt', 'd/h_8080-a_b_ž__.txt'],
    ]);
  });

  it('require valid addresses and paths', () => {
    const bad = [
      '',
      ':80',
      'h:',
      'h:0',
      'h:65536',
      'h:x',
      'h/x',
      'me@h',
      '::1',
      '[::1',
      '[x]:1',
      'a b',
      'http://h/',
      'h?x',
    ];
    for (const peer of bad)
      assert.throws(() => pathsOf([peer]), new UsageError(`"${peer}" is not a host:port`));
    for (const file of ['', '/etc/passwd', '../x', 'a/../b', 'a//b', '.', 'a/']) {
      assert.throws(
        () => pathsOf(['h'], file),
        new UsageError(`--file "${file}" is not a path below a peer's folder`),
      );
    }
    assert.throws(() => pathsOf(['h', 'H:8080']), new UsageError('"H:8080" is given twice'));
    assert.throws(
      () => pathsOf(Array.from({ length: 257 }, (_, n) => `h${n}`)),
      /257 peers; the maximum is 256/,
    );
  });
});

/** The same function, the first time it is called. */
function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
}
