/** count and work: services whose messages are lines. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { connectClient } from '../support/client.js';
import { isConcurrent, underEveryModel } from '../support/models.js';
import { sharedServer } from '../support/server.js';

const MAX_LINE_BYTES = 4096;

/** The answers of count to a name. */
function counted(name: string): string {
  return Array.from({ length: 11 }, (_, count) => `${name}${count}\n`).join('');
}

underEveryModel('count', (model) => {
  const server = sharedServer({ service: 'count', model });

  it('counts from name0 to name10, one a line, and waits for the next name', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange('Alice\n', counted('Alice'));
    await client.exchange('Bob\r\n', counted('Bob'));
    client.halfClose();
    await client.expectEnd();
  });

  it('treats a name that arrives byte by byte as one name', async (t) => {
    const client = await connectClient(t, server);
    await client.sendOneByOne('Žofie\r\n');
    await client.expect(counted('Žofie'));
    client.halfClose();
    await client.expectEnd();
  });

  it('answers several names in one write one after the other', async (t) => {
    const client = await connectClient(t, server);
    client.send('a\nb\r\nc\n');
    await client.expect(counted('a') + counted('b') + counted('c'));
    client.halfClose();
    await client.expectEnd();
  });

  it('answers a client that has closed its side, also its last line without an end', async (t) => {
    const client = await connectClient(t, server);
    client.send('a\nb');
    client.halfClose();
    await client.expect(counted('a') + counted('b'));
    await client.expectEnd();
  });

  it('answers an empty line with an error', async (t) => {
    const client = await connectClient(t, server);
    client.send('\n');
    assert.match(await client.readLine(), /^ERR ./);
    client.send('  \r\n');
    assert.match(await client.readLine(), /^ERR ./);
    await client.exchange('a\n', counted('a'));
  });

  it('keeps NUL bytes within a name and replaces invalid UTF-8', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange('a\0b\n', counted('a\0b'));
    await client.exchange(Buffer.of(0x61, 0xff, 0x0a), counted('a\ufffd'));
  });

  it('ignores the padding of a client that sends a whole buffer', async (t) => {
    const client = await connectClient(t, server);
    const padded = Buffer.alloc(1024);
    padded.write('ann\n');
    await client.exchange(padded, counted('ann'));
    await client.exchange('bob\n', counted('bob'));
    padded.write('eve\0');
    client.send(padded);
    client.halfClose();
    await client.expect(counted('eve'));
    await client.expectEnd();
  });

  it('ends a line at a carriage return at once, and skips what belongs to it later', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange('a\r', counted('a'));
    await client.exchange('\nb\r', counted('b'));
    await client.exchange('\0c\r', counted('c'));
    await client.exchange('d\r', counted('d'));
    client.halfClose();
    await client.expectEnd();
  });

  for (const [what, end] of [
    ['newline', '\n'],
    ['carriage return', '\r'],
    ['carriage return and newline', '\r\n'],
  ] as const) {
    it(`accepts a line of exactly 4,096 bytes before its ${what}`, async (t) => {
      const client = await connectClient(t, server);
      const name = 'x'.repeat(MAX_LINE_BYTES);
      client.send(name);
      for (const byte of end) client.send(byte);
      await client.expect(counted(name));
      client.halfClose();
      await client.expectEnd();
    });
  }

  it('refuses a line over 4,096 bytes and closes', async (t) => {
    const client = await connectClient(t, server);
    client.send(`${'x'.repeat(MAX_LINE_BYTES + 1)}\na\n`);
    await client.expect('ERR line too long\n');
    await client.expectEnd();
  });

  it('refuses a line over 4,096 bytes before it is complete', async (t) => {
    const client = await connectClient(t, server);
    client.send('x'.repeat(MAX_LINE_BYTES + 1));
    await client.expect('ERR line too long\n');
    await client.expectEnd();
  });

  it('counts bytes, not characters, against the limit', async (t) => {
    const client = await connectClient(t, server);
    client.send(`${'é'.repeat(MAX_LINE_BYTES / 2)}e\n`);
    await client.expect('ERR line too long\n');
    await client.expectEnd();
  });

  it('answers the lines before one that is too long', async (t) => {
    const client = await connectClient(t, server);
    client.send(`a\nb\n${'x'.repeat(MAX_LINE_BYTES + 1)}`);
    await client.expect(`${counted('a')}${counted('b')}ERR line too long\n`);
    await client.expectEnd();
  });

  it('serves the next client after one has reset in the middle of its answer', async (t) => {
    const rude = await connectClient(t, server);
    rude.send('a\nb\nc\nd\n');
    await rude.readLine();
    rude.reset();
    const next = await connectClient(t, server);
    await next.exchange('a\n', counted('a'));
  });
});

underEveryModel('count --framing chunk', (model) => {
  const server = sharedServer({
    service: 'count',
    model,
    options: { framing: 'chunk', maxPauseMs: 0 },
  });

  it('treats a chunk as a name, with or without a newline', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange('Alice', counted('Alice'));
    await client.exchange('Bob\n', counted('Bob'));
    await client.exchange('Carl\r\n', counted('Carl'));
    for (const letter of 'Eve') await client.exchange(letter, counted(letter));
    client.halfClose();
    await client.expectEnd();
  });
});

underEveryModel('work', (model) => {
  const server = sharedServer({ service: 'work', model, graceMs: 0 });

  it('answers done when the work or the sleep is over', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange('work 1\n', 'done 1\n');
    await client.exchange('sleep 1\r\n', 'done 1\n');
    await client.exchange('work 0\n', 'done 0\n');
    await client.exchange('sleep 0\n', 'done 0\n');
    client.halfClose();
    await client.expectEnd();
  });

  it('burns the requested processor time', async (t) => {
    const client = await connectClient(t, server);
    const before = process.cpuUsage();
    await client.exchange('work 50\n', 'done 50\n');
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system >= 50_000);
  });

  it('treats a line that arrives byte by byte as one line', async (t) => {
    const client = await connectClient(t, server);
    await client.sendOneByOne('work 0\r\nsleep 1\n');
    await client.expect('done 0\ndone 1\n');
    client.halfClose();
    await client.expectEnd();
  });

  it('answers several lines in one write in their order', async (t) => {
    const client = await connectClient(t, server);
    client.send('sleep 5\nwork 0\nnonsense\nsleep 2\nwork 1\n');
    await client.expect('done 5\ndone 0\n');
    assert.match(await client.readLine(), /^ERR ./);
    await client.expect('done 2\ndone 1\n');
    client.halfClose();
    await client.expectEnd();
  });

  it('answers a client that has closed its side', async (t) => {
    const client = await connectClient(t, server);
    client.send('sleep 5\nwork 0\nsleep 1');
    client.halfClose();
    await client.expect('done 5\ndone 0\ndone 1\n');
    await client.expectEnd();
  });

  for (const line of [
    '',
    'work',
    'work ',
    'work x',
    'work -1',
    'work 1.5',
    'work 1e3',
    'WORK 1',
    'work  1',
    ' work 1',
    'work 1 ',
    'sleep 1 2',
    'work 10001',
    'sleep 10001',
    'work 99999999999999999999',
    'work \0',
    'work \u0661',
    'quit',
  ]) {
    it(`answers ${JSON.stringify(line)} with one line of ERR and stays open`, async (t) => {
      const client = await connectClient(t, server);
      client.send(`${line}\n`);
      assert.match(await client.readLine(), /^ERR ./);
      await client.exchange('work 0\n', 'done 0\n');
    });
  }

  it('accepts a line of 4,096 bytes, and refuses a longer one and closes', async (t) => {
    const client = await connectClient(t, server);
    client.send(`${'x'.repeat(MAX_LINE_BYTES)}\r\n`);
    assert.match(await client.readLine(), /^ERR (?!line too long)/);
    client.send(`work ${'0'.repeat(MAX_LINE_BYTES)}\n`);
    await client.expect('ERR line too long\n');
    await client.expectEnd();
  });

  it('serves the next client after one has reset during its sleep', async (t) => {
    const rude = await connectClient(t, server);
    rude.send('work 0\nsleep 20\nwork 0\n');
    await rude.expect('done 0\n');
    rude.reset();
    const next = await connectClient(t, server);
    await next.exchange('work 0\n', 'done 0\n');
  });

  if (isConcurrent(model)) {
    it('serves other clients while one sleeps', async (t) => {
      const sleeper = await connectClient(t, server);
      sleeper.send('work 0\nsleep 1000\n');
      await sleeper.expect('done 0\n');
      const other = await connectClient(t, server);
      await other.exchange('work 0\n', 'done 0\n');
      sleeper.expectNothingYet();
    });
  }
});

underEveryModel('work --framing chunk', (model) => {
  const server = sharedServer({ service: 'work', model, options: { framing: 'chunk' } });

  it('treats a chunk as a message, with or without a newline', async (t) => {
    const client = await connectClient(t, server);
    await client.exchange('work 0', 'done 0\n');
    await client.exchange('sleep 1\r\n', 'done 1\n');
    client.send('work 0\nwork 0\n');
    assert.match(await client.readLine(), /^ERR ./);
    for (const byte of 'wo') {
      client.send(byte);
      assert.match(await client.readLine(), /^ERR ./);
    }
    client.halfClose();
    await client.expectEnd();
  });
});
