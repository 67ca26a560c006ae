/** The web service: requests and answers byte by byte, and nothing from outside its root. */
import assert from 'node:assert/strict';
import {
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectClient, type Client } from '../support/client.js';
import { ask, get, readAnswer, withoutDates } from '../support/http.js';
import { underEveryModel } from '../support/models.js';
import { Random } from '../support/random.js';
import { sharedServer, startServer, type Cleanup } from '../support/server.js';
import { BIG, makeSite, MODIFIED, SECRET } from '../support/site.js';

const HOME = '<h1>Home</h1>';
const IDLE_MS = 100;

underEveryModel('web', (model) => {
  const site = makeSite();
  after(() => site.remove());
  const server = sharedServer({ service: 'web', model, options: { root: site.root } });
  const visit = (t: Cleanup): Promise<Client> => connectClient(t, server);

  it('sends a file with its type, its length and its validators', async (t) => {
    const client = await visit(t);
    const { status, fields, body } = await ask(client, get('/a.txt'));
    assert.deepEqual([status, body.toString()], [200, 'text of a']);
    assert.equal(fields.get('content-type'), 'text/plain; charset=utf-8');
    assert.equal(fields.get('content-length'), '9');
    assert.equal(fields.get('last-modified'), MODIFIED);
    assert.equal(fields.get('accept-ranges'), 'bytes');
    assert.match(fields.get('etag') ?? '', /^"[^"]+"$/);
    assert.ok(Math.abs(Date.parse(fields.get('date') ?? '') - Date.now()) < 5000);
    assert.equal(fields.get('connection'), undefined);
  });

  for (const [target, type] of [
    ['/', 'text/html; charset=utf-8'],
    ['/big.bin', 'application/octet-stream'],
    ['/sub/noextension', 'application/octet-stream'],
  ] as const) {
    it(`sends ${target} as ${type}`, async (t) => {
      const { fields } = await ask(await visit(t), get(target));
      assert.equal(fields.get('content-type'), type);
    });
  }

  for (const [target, body] of [
    ['/', HOME],
    ['/index.html', HOME],
    ['/?query', HOME],
    ['/a.txt?q=/../../x', 'text of a'],
    ['//sub//b.txt', 'text of b'],
    ['/sub/./deep/../b.txt', 'text of b'],
    ['/sub/%2e%2e/a.txt', 'text of a'],
    ['/in.txt', 'text of b'],
    ['/empty.txt', ''],
    ['/indexed/', '<h1>Indexed</h1>'],
    ['/.well-known/x.txt', 'well known'],
    ['/sub/gr%C3%B6%C3%9Fe%20%2541.txt', 'size'],
    ['http://anywhere.example/a.txt', 'text of a'],
    ['http://anywhere.example', HOME],
  ] as const) {
    it(`finds ${target}, twice`, async (t) => {
      const client = await visit(t);
      for (let round = 0; round < 2; round++) {
        const answer = await ask(client, get(target));
        assert.deepEqual([answer.status, answer.body.toString()], [200, body]);
      }
    });
  }

  it('answers HEAD with the fields of GET and without a body', async (t) => {
    const client = await visit(t);
    for (const target of ['/a.txt', '/', '/big.bin', '/sub/', '/sub', '/none']) {
      const whole = await ask(client, get(target));
      const head = await ask(client, get(target, '', 'HEAD'), 'HEAD');
      assert.equal(head.status, whole.status);
      whole.fields.forEach(
        (value, name) => name === 'date' || assert.equal(head.fields.get(name), value),
      );
    }
  });

  it('sends a file that is too large for its cache', async (t) => {
    const client = await visit(t);
    for (let round = 0; round < 3; round++) {
      const { status, body } = await ask(client, get('/big.bin'));
      assert.equal(status, 200);
      assert.ok(body.equals(BIG));
    }
    assert.equal((await ask(client, get('/a.txt'))).status, 200);
  });

  it('ends a transfer to a client that has gone, and serves the next', async (t) => {
    const client = await visit(t);
    client.pause();
    client.send(get('/big.bin').repeat(100));
    await client.stalled();
    client.reset();
    assert.equal((await ask(await visit(t), get('/a.txt'))).status, 200);
  });

  for (const target of [
    '/../secret.txt',
    '/../www-secret/s',
    '/..',
    '/%2e%2e/secret.txt',
    '/.%2e/secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e%2fsecret.txt',
    '/sub/../../secret.txt',
    '/sub/..%2f..%2fsecret.txt',
    '/%252e%252e/secret.txt',
    '/%252e%252e%252fsecret.txt',
    '/..%5csecret.txt',
    '/..\\secret.txt',
    '/%c0%ae%c0%ae/secret.txt',
    '/..%c0%afsecret.txt',
    '/a.txt%00.html',
    '/%00/../../secret.txt',
    '/..;/secret.txt',
    '//../secret.txt',
    '/./../secret.txt',
    'http://here/../secret.txt',
    'file:///etc/passwd',
    '../secret.txt',
    '/out.txt',
    '/out/s',
    '/out/',
    '/out',
    '/out/../secret.txt',
    '/leak/',
    '/loop',
    '/hidden.txt',
    '/.env',
    '/%2eenv',
    '/.git/config',
    '/.git/',
    '/sub/../.env',
    '/fifo',
    '/a.txt/',
    '/a.txt/b',
    '/none',
    `/${'n'.repeat(300)}`,
    `/${'n/'.repeat(3000)}`,
  ]) {
    it(`does not find ${target.slice(0, 40)}, and stays open`, async (t) => {
      const client = await visit(t);
      const { status, body } = await ask(client, get(target));
      assert.ok([400, 403, 404].includes(status), String(status));
      assert.ok(!body.includes(SECRET));
      assert.equal((await ask(client, get('/a.txt'))).status, 200);
    });
  }

  it('redirects a client that names a folder to its slash, on this host', async (t) => {
    const client = await visit(t);
    for (const [target, location] of [
      ['/sub', '/sub/'],
      ['/sub?a=b', '/sub/?a=b'],
      ['//sub', '/sub/'],
      ['//sub/deep', '/sub/deep/'],
      ['/sub/%64eep', '/sub/deep/'],
      ['http://elsewhere.example/sub', '/sub/'],
    ] as const) {
      const { status, fields } = await ask(client, get(target));
      assert.deepEqual([status, fields.get('location')], [301, location]);
    }
  });

  it('lists a folder without an index, with escaped names and links that all work', async (t) => {
    const client = await visit(t);
    const { status, fields, body } = await ask(client, get('/sub/'));
    assert.deepEqual([status, fields.get('content-type')], [200, 'text/html; charset=utf-8']);
    const page = body.toString();
    assert.ok(page.includes('&lt;i&gt;&amp;&quot;&#39;.txt</a>'));
    assert.ok(!page.includes('<i>'));
    const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, href]) => href ?? '');
    assert.equal(links.length, 7);
    for (const link of links) {
      const { pathname } = new URL(link, 'http://here/sub/');
      assert.equal((await ask(client, get(pathname))).status, 200, link);
    }
  });

  it('lists what can be asked for: no dead links, and links to folders with a slash', async (t) => {
    const client = await visit(t);
    const page = (await ask(client, get('/odd/'))).body.toString();
    const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, href]) => href ?? '');
    assert.deepEqual(links, ['../', './folder/', './bad%FF.txt', './file.txt']);
    assert.ok(page.includes('>bad\ufffd.txt</a>'));
    for (const link of links) {
      const { pathname } = new URL(link, 'http://here/odd/');
      assert.equal((await ask(client, get(pathname))).status, 200, link);
    }
  });

  it('sends a file whose name is not UTF-8, twice', async (t) => {
    const client = await visit(t);
    for (const target of ['/odd/bad%FF.txt', '/odd/bad%ff.txt', '/odd/bad%FF.txt']) {
      const { status, fields, body } = await ask(client, get(target));
      assert.deepEqual([status, body.toString()], [200, 'odd name']);
      assert.equal(fields.get('content-type'), 'text/plain; charset=utf-8');
    }
  });

  it('sends source files as text, which a browser shows', async (t) => {
    const client = await visit(t);
    for (const [name, type] of [
      ...'ts tsx py c h cc cpp hpp java sh tex rs go'
        .split(' ')
        .map((extension) => [`x.${extension}`, 'text/plain; charset=utf-8'] as const),
      ['favicon.ico', 'image/x-icon'],
      ['x.js', 'text/javascript; charset=utf-8'],
      ['x.png', 'image/png'],
    ] as const) {
      const path = join(site.root, name);
      writeFileSync(path, 'content');
      const { fields } = await ask(client, get(`/${name}`));
      rmSync(path);
      assert.equal(fields.get('content-type'), type, name);
    }
  });

  it('sends an empty file whole to a client that asks for its bytes from 0', async (t) => {
    const client = await visit(t);
    for (const [range, expected] of [
      ['0-', 200],
      ['0-5', 200],
      ['-5', 200],
      ['1-', 416],
    ] as const) {
      const { status } = await ask(client, get('/empty.txt', `Range: bytes=${range}\r\n`));
      assert.equal(status, expected, range);
    }
  });

  for (const [what, fields, status] of [
    ['with a length', 'Content-Length: 3000000\r\n', 413],
    ['in chunks', 'Transfer-Encoding: chunked\r\n', 400],
  ] as const) {
    it(`lets a client that uploads ${what} after a pause read why it is refused`, async (t) => {
      const client = await visit(t);
      client.send(get('/a.txt', fields, 'POST'));
      if (status === 400) client.send('no size\r\n');
      const answer = await readAnswer(client);
      assert.equal(answer.status, status);
      await client.expectEnd();
      await sleep(20);
      for (let sent = 0; sent < 3_000_000; sent += 100_000) {
        client.send(Buffer.alloc(100_000));
        await client.sent();
      }
      await client.expectCleanClose();
    });
  }

  it('answers conditions with 304 and 412', async (t) => {
    const client = await visit(t);
    const { fields } = await ask(client, get('/a.txt'));
    const etag = fields.get('etag') ?? '';
    for (const [condition, expected] of [
      [`If-None-Match: ${etag}`, 304],
      [`If-None-Match: "x", W/${etag}`, 304],
      ['If-None-Match: "x"', 200],
      [`If-Modified-Since: ${MODIFIED}`, 304],
      ['If-Modified-Since: Sat, 01 Feb 2025 10:20:29 GMT', 200],
      ['If-Match: "x"', 412],
      [`If-Match: ${etag}`, 200],
      ['If-Unmodified-Since: Sat, 01 Feb 2025 10:20:29 GMT', 412],
    ] as const) {
      const answer = await ask(client, get('/a.txt', `${condition}\r\n`));
      assert.equal(answer.status, expected, condition);
      if (expected === 304) assert.equal(answer.fields.get('etag'), etag);
    }
  });

  it('answers ranges with 206 and 416, from its cache and from the disk', async (t) => {
    const client = await visit(t);
    for (const [target, content] of [
      ['/a.txt', Buffer.from('text of a')],
      ['/big.bin', BIG],
    ] as const) {
      const size = content.length;
      const part = (range: string, more = '') =>
        ask(client, get(target, `Range: bytes=${range}\r\n${more}`));
      for (const [range, start, end] of [
        ['0-3', 0, 4],
        ['5-', 5, size],
        ['-2', size - 2, size],
        ['3-99999999', 3, size],
      ] as const) {
        const { status, fields, body } = await part(range);
        assert.deepEqual(
          [status, fields.get('content-range')],
          [206, `bytes ${start}-${end - 1}/${size}`],
        );
        assert.ok(body.equals(content.subarray(start, end)));
      }
      const beyond = await part(`${size}-`);
      assert.deepEqual(
        [beyond.status, beyond.fields.get('content-range')],
        [416, `bytes */${size}`],
      );
      assert.ok((await part('0-1,3-4')).body.equals(content));
      assert.ok((await part('0-1', 'If-Range: "x"\r\n')).body.equals(content));
      const { fields } = await part('0-1');
      assert.equal((await part('0-1', `If-Range: ${fields.get('etag') ?? ''}\r\n`)).status, 206);
    }
  });

  it('refuses other methods, lists those that it allows, and stays open', async (t) => {
    const client = await visit(t);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH']) {
      const { status, fields } = await ask(
        client,
        get('/a.txt', 'Content-Length: 3\r\n', method) + 'a=b',
      );
      assert.deepEqual([status, fields.get('allow')], [405, 'GET, HEAD']);
    }
    assert.equal((await ask(client, get('/a.txt'))).status, 200);
  });

  it('reads and drops the body of a GET, in any framing', async (t) => {
    const client = await visit(t);
    const body = get('/none');
    for (const request of [
      get('/a.txt', `Content-Length: ${body.length}\r\n`) + body,
      `${get('/a.txt', 'Transfer-Encoding: chunked\r\n')}${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    ]) {
      assert.equal((await ask(client, request)).status, 200);
    }
    assert.equal((await ask(client, get('/a.txt'))).status, 200);
  });

  it('sends 100 Continue to a client that asks before it sends its body', async (t) => {
    const client = await visit(t);
    const interim = await ask(
      client,
      get('/a.txt', 'Expect: 100-continue\r\nContent-Length: 2\r\n'),
    );
    assert.equal(interim.status, 100);
    assert.equal((await ask(client, 'ab')).status, 200);
    assert.equal((await ask(client, get('/a.txt'))).status, 200);
  });

  for (const [what, expected, request] of [
    ['garbage', 400, '\x00\x01\x02'],
    ['a TLS client', 400, Buffer.from('16030100f8010000f40303', 'hex')],
    ['another protocol', 400, 'HELO there\r\n'],
    ['no Host', 400, 'GET /a.txt HTTP/1.1\r\n\r\n'],
    ['two lengths', 400, get('/', 'Content-Length: 1\r\nContent-Length: 2\r\n')],
    ['a length and chunks', 400, get('/', 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n')],
    ['a space before a colon', 400, get('/', 'X : y\r\n')],
    ['an unknown coding', 501, get('/', 'Transfer-Encoding: gzip\r\n')],
    ['an unknown method', 501, get('/', '', 'BREW')],
    ['HTTP/2', 505, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['too long a body', 413, get('/', 'Content-Length: 99999999\r\n')],
    ['too long a target', 414, get(`/${'a'.repeat(9000)}`)],
    ['too long a head', 431, get('/', `X: ${'a'.repeat(20_000)}\r\n`)],
    ['too many fields', 431, get('/', 'X: y\r\n'.repeat(200))],
    ['an expectation', 417, get('/', 'Expect: a miracle\r\n')],
    [
      'an upload that asks first',
      405,
      get('/', 'Expect: 100-continue\r\nContent-Length: 9\r\n', 'PUT'),
    ],
  ] as const) {
    it(`answers ${what} with ${expected} after the requests before it, and closes`, async (t) => {
      const client = await visit(t);
      client.send(
        Buffer.concat([
          Buffer.from(get('/a.txt')),
          Buffer.from(request),
          Buffer.from(get('/a.txt')),
        ]),
      );
      assert.equal((await readAnswer(client)).status, 200);
      const { status, fields } = await readAnswer(client);
      assert.deepEqual([status, fields.get('connection')], [expected, 'close']);
      await client.expectEnd();
    });
  }

  it('answers a client that ends its side before its request is complete', async (t) => {
    const client = await visit(t);
    client.send('GET /a.txt HT');
    client.halfClose();
    assert.equal((await readAnswer(client)).status, 400);
    await client.expectEnd();
  });

  it('answers a client that has closed its side', async (t) => {
    const client = await visit(t);
    client.send(get('/a.txt') + get('/big.bin'));
    client.halfClose();
    assert.equal((await readAnswer(client)).status, 200);
    assert.ok((await readAnswer(client)).body.equals(BIG));
    await client.expectEnd();
  });

  for (const [what, request, closes] of [
    ['HTTP/1.0', 'GET /a.txt HTTP/1.0\r\n\r\n', true],
    ['HTTP/1.0 with bare newlines', 'GET /a.txt HTTP/1.0\n\n', true],
    ['HTTP/1.0 with keep-alive', 'GET /a.txt HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n', false],
    ['HTTP/1.1', get('/a.txt'), false],
    ['HTTP/1.1 with close', get('/a.txt', 'Connection: close\r\n'), true],
    ['a large file and close', get('/big.bin', 'Connection: close\r\n'), true],
    ['a missing file and close', get('/none', 'Connection: close\r\n'), true],
  ] as const) {
    it(`${closes ? 'closes' : 'stays'} after ${what}`, async (t) => {
      const client = await visit(t);
      const { fields } = await ask(client, request);
      if (closes) {
        assert.equal(fields.get('connection'), 'close');
        await client.expectEnd();
      } else {
        if (request.includes('1.0')) assert.equal(fields.get('connection'), 'keep-alive');
        assert.equal((await ask(client, request)).status, 200);
      }
    });
  }

  it('answers pipelined requests in their order, wherever they are cut', async (t) => {
    const requests = [
      get('/a.txt'),
      get('/none'),
      get('/a.txt', '', 'HEAD'),
      get('/big.bin'),
      get('/a.txt', 'Range: bytes=0-3\r\n'),
      `${get('/', 'Transfer-Encoding: chunked\r\n')}3\r\nabc\r\n0\r\n\r\n`,
      get('/sub'),
      get('/a.txt', 'Connection: close\r\n'),
    ].join('');
    const answers = async (pieces: readonly Uint8Array[]) => {
      const client = await visit(t);
      for (const piece of pieces) {
        client.send(piece);
        await client.sent();
      }
      return withoutDates((await client.readToEnd()).toString('latin1'));
    };
    // The client sends these requests together: bytes sent after the server's end might meet a
    // reset.
    const whole = await answers([Buffer.from(requests + get('/never-answered'))]);
    assert.equal(whole.match(/HTTP\/1\.1 \d/g)?.length, 8);
    const random = new Random(11);
    for (let round = 0; round < 8; round++) {
      assert.equal(await answers(random.cut(Buffer.from(requests))), whole);
    }
  });

  it('answers more pipelined requests than one send holds', async (t) => {
    const client = await visit(t);
    const count = 2000;
    client.send(get('/a.txt').repeat(count));
    for (let answered = 0; answered < count; answered++) {
      const { status, body } = await readAnswer(client);
      assert.deepEqual([status, body.length], [200, 9]);
    }
  });

  it('answers many pipelined requests for parts of a large file', async (t) => {
    const client = await visit(t);
    const count = 1000;
    client.send(
      get('/big.bin', 'Range: bytes=7-7\r\n').repeat(count) +
        get('/big.bin', '', 'HEAD').repeat(count),
    );
    for (let answered = 0; answered < count; answered++) {
      const { status, body } = await readAnswer(client);
      assert.deepEqual([status, body[0]], [206, BIG[7]]);
    }
    for (let answered = 0; answered < count; answered++) {
      assert.equal((await readAnswer(client, 'HEAD')).status, 200);
    }
  });

  it('never sends an old version of a file after a change', async (t) => {
    const client = await visit(t);
    const path = join(site.root, 'changing.txt');
    const content = async () => (await ask(client, get('/changing.txt'))).body.toString();
    const old = new Date(MODIFIED);
    writeFileSync(path, 'version 0');
    for (let version = 1; version < 10; version++) {
      assert.equal(await content(), `version ${version - 1}`);
      // A file that changed within a tick of the kernel's file times is not cached. This is long
      // enough for some versions to be.
      if (version % 3 === 0) await sleep(60);
      assert.equal(await content(), `version ${version - 1}`);
      writeFileSync(path, `version ${version}`);
      // Of the same size and, as far as possible, the same times.
      utimesSync(path, old, old);
    }
    writeFileSync(`${path}.new`, 'version r');
    renameSync(`${path}.new`, path);
    assert.equal(await content(), 'version r');
    rmSync(path);
    assert.equal((await ask(client, get('/changing.txt'))).status, 404);
  });

  it('follows a link again when it leads elsewhere, and not out of the root', async (t) => {
    const client = await visit(t);
    const link = join(site.root, 'link.txt');
    const point = (to: string) => {
      symlinkSync(to, `${link}.new`);
      renameSync(`${link}.new`, link);
    };
    const answer = () => ask(client, get('/link.txt'));
    point('a.txt');
    for (let round = 0; round < 2; round++)
      assert.equal((await answer()).body.toString(), 'text of a');
    point('sub/b.txt');
    assert.equal((await answer()).body.toString(), 'text of b');
    point('../secret.txt');
    const { status, body } = await answer();
    assert.equal(status, 403);
    assert.ok(!body.includes(SECRET));
    rmSync(link);
  });

  it('sends no cached file of a folder that has become a link out of the root', async (t) => {
    const client = await visit(t);
    const inner = join(site.root, 'outer', 'inner');
    const outside = join(site.around, 'moved');
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, 'f.txt'), 'inside');
    symlinkSync('outer/inner', join(site.root, 'way'));
    for (const file of ['f.txt', 'g.txt']) writeFileSync(join(inner, file), 'inside');
    // Only a file that has not just changed is cached.
    await sleep(60);
    const targets = ['/outer/inner/f.txt', '/way/g.txt', '/outer/inner/f.txt', '/way/g.txt'];
    for (const target of targets) assert.equal((await ask(client, get(target))).status, 200);
    renameSync(join(site.root, 'outer'), outside);
    symlinkSync(outside, join(site.root, 'outer'));
    for (const target of targets) assert.equal((await ask(client, get(target))).status, 403);
    rmSync(join(site.root, 'outer'));
    renameSync(outside, join(site.root, 'outer'));
    for (const target of targets) assert.equal((await ask(client, get(target))).status, 200);
    for (const name of ['outer', 'way']) rmSync(join(site.root, name), { recursive: true });
  });

  it('closes when a file becomes shorter while it is sent', async (t) => {
    const path = join(site.root, 'shrinking.bin');
    writeFileSync(path, '');
    truncateSync(path, 30_000_000);
    const client = await visit(t);
    client.pause();
    client.send(get('/shrinking.bin') + get('/a.txt'));
    await client.stalled();
    truncateSync(path, 10);
    client.resume();
    const all = await client.readToEnd();
    assert.ok(all.length < 30_000_000);
    assert.ok(!all.includes('text of a'));
    rmSync(path);
  });

  it('answers a client that falls silent within a request, but not between requests', async (t) => {
    const impatient = await startServer(t, {
      service: 'web',
      model,
      idleMs: IDLE_MS,
      logLevel: 'info',
      options: { root: site.root },
    });
    for (const half of ['G', 'GET / HTTP/1.1\r\nHo', get('/', 'Content-Length: 9\r\n')]) {
      const client = await connectClient(t, impatient);
      client.send(half);
      const { status, fields } = await readAnswer(client);
      assert.deepEqual([status, fields.get('connection')], [408, 'close']);
      await client.expectEnd();
    }
    const kept = await connectClient(t, impatient);
    assert.equal((await ask(kept, get('/a.txt'))).status, 200);
    await kept.expectEnd();
    const { reason } = await impatient.logLine('closed', {
      peer: `127.0.0.1:${kept.localPort ?? 0}`,
    });
    assert.equal(reason, 'idle');
    const mute = await connectClient(t, impatient);
    await mute.expectEnd();
  });

  it('logs each request with --log-requests, also one that could not be read', async (t) => {
    const logging = await startServer(t, {
      service: 'web',
      model,
      logLevel: 'info',
      options: { root: site.root, logRequests: true },
    });
    const requests = [
      ['GET', '/a.txt', 200, get('/a.txt')],
      ['GET', '/a.txt', 200, get('/a.txt?password=secret')],
      ['HEAD', '/', 200, get('/', '', 'HEAD')],
      ['GET', '/big.bin', 200, get('/big.bin')],
      ['GET', '/sub', 301, get('/sub')],
      ['GET', '/none', 404, get('/none')],
      ['POST', '/a.txt', 405, get('/a.txt', '', 'POST')],
      [undefined, undefined, 400, 'nonsense\r\n\r\n'],
    ] as const;
    const client = await connectClient(t, logging);
    client.send(requests.map(([, , , text]) => text).join(''));
    const bytes = (await client.readToEnd()).length;
    client.close();
    await logging.logLine('closed');
    const lines = logging.log().filter(({ msg }) => msg === 'request');
    assert.deepEqual(
      lines.map(({ connection, method, path, status }) => [connection, method, path, status]),
      requests.map(([method, path, status]) => [1, method, path, status]),
    );
    const logged = lines.reduce((sum, line) => sum + Number(line['bytes']), 0);
    assert.equal(logged, bytes);
    assert.ok(!JSON.stringify(logging.log()).includes('secret'));
  });

  it('logs a request that repeats the last one, too', async (t) => {
    const options = { root: site.root, logRequests: true };
    const logging = await startServer(t, { service: 'web', model, logLevel: 'info', options });
    const client = await connectClient(t, logging);
    for (let count = 0; count < 3; count++) await ask(client, get('/a.txt'));
    client.close();
    await logging.logLine('closed');
    assert.equal(logging.log().filter(({ msg }) => msg === 'request').length, 3);
  });

  it('logs a transfer that broke off with the bytes that were sent', async (t) => {
    const path = join(site.root, 'large.bin');
    writeFileSync(path, '');
    truncateSync(path, 20_000_000);
    t.after(() => rmSync(path));
    const logging = await startServer(t, {
      service: 'web',
      model,
      logLevel: 'info',
      options: { root: site.root, logRequests: true },
    });
    const client = await connectClient(t, logging);
    client.send(get('/large.bin'));
    await client.readLine();
    client.reset();
    const { status, bytes } = await logging.logLine('request', { path: '/large.bin' });
    assert.equal(status, 200);
    assert.ok(Number(bytes) > 0 && Number(bytes) < 20_000_000, String(bytes));
  });

  it('serves its own root, although a warm thread has rehearsed with another', async (t) => {
    const options = { root: site.root };
    const threads = { most: 1, warm: 1 };
    const warm = await startServer(t, { service: 'web', model, options, threads });
    const client = await connectClient(t, warm);
    assert.equal((await ask(client, get('/web.js'))).status, 404);
    assert.equal((await ask(client, get('/a.txt'))).body.toString(), 'text of a');
  });

  it('does not start without its root', async (t) => {
    const root = join(site.root, 'none');
    await assert.rejects(startServer(t, { service: 'web', model, options: { root } }), {
      name: 'StartError',
    });
  });
});
