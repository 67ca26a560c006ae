/** The lab with real servers, over HTTP as its page uses it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { networkInterfaces } from 'node:os';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { KINDS, STAGES, type RowView, type Stage } from '../../src/lab/protocol.js';
import { ask, openLab, SETTINGS, type OpenLab } from '../support/lab.js';

const MODELS = ['event-loop', 'thread-per-client'];

function stagesOf(row: RowView, kind: (typeof KINDS)[number]): (Stage | undefined)[] {
  return row.clients
    .filter((client) => KINDS[client[1]] === kind)
    .map(([, , stage]) => STAGES[stage]);
}

describe('the lab', { timeout: 60_000 }, () => {
  let lab: OpenLab;
  before(async () => {
    lab = await openLab(MODELS);
  });
  after(() => lab.close());

  it('sends its page, which allows itself nothing but the lab', async () => {
    const { status, text, headers } = await ask(lab.url, '');
    assert.equal(status, 200);
    assert.match(text, /^<!doctype html>/);
    const policy = (headers as Record<string, string>)['content-security-policy'] ?? '';
    assert.match(policy, /default-src 'none'; script-src 'sha256-[^ ;]+'; style-src 'sha256-/);
    assert.doesNotMatch(text, /(?:src|href)="(?!data:)/);
  });

  it('refuses requests that are not from its page', async () => {
    const foreign = { Origin: 'http://evil.example' };
    const body = '{"do":"clear"}';
    assert.equal((await ask(lab.url, '', { token: '' })).status, 403);
    assert.equal((await ask(lab.url, 'events', { token: 'x' })).status, 403);
    assert.equal((await ask(lab.url, 'commands', { body, headers: foreign })).status, 403);
    assert.equal((await ask(lab.url, 'commands', { body, token: 'x' })).status, 403);
    assert.equal((await ask(lab.url, '', { headers: { Host: 'evil.example' } })).status, 403);
  });

  it('has nothing else, and answers a wrong command in words', async () => {
    for (const path of ['main.js', '../package.json', '%2e%2e/package.json', 'exports/passwd'])
      assert.equal((await ask(lab.url, path)).status, 404, path);
    assert.equal((await ask(lab.url, 'commands')).status, 404);
    const wrong = await ask(lab.url, 'commands', { body: '{"do":"dance"}' });
    assert.deepEqual([wrong.status, wrong.text], [400, '{"error":"there is no such command"}']);
    const long = await ask(lab.url, 'commands', { body: ' '.repeat(5000) });
    assert.equal(long.status, 400);
  });

  it('listens on the loopback interface only', async () => {
    const port = Number(new URL(lab.url).port);
    const others = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const { address } of others) {
      const socket = connect({ host: address, port });
      const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
      assert.equal(error.code, 'ECONNREFUSED');
    }
  });

  it('sends setup and frames to a page, and to one that comes again', async () => {
    for (let visit = 0; visit < 2; visit++) {
      const { origin, search } = new URL(lab.url);
      const stream = await new Promise<IncomingMessage>((resolve) =>
        get(`${origin}/events${search}`, resolve),
      );
      let text = '';
      for await (const chunk of stream.setEncoding('utf8')) {
        text += String(chunk);
        if (/\ndata: \{"format":1,"atMs"[^\n]*\n\n/.test(text)) break;
      }
      assert.match(text, /^retry: \d+\nevent: setup\ndata: \{"format":1,"models":\[/);
      assert.match(text, /"path":"src\/models\/event-loop\.ts"/);
    }
  });

  it('follows clients to where they are served, under the same numbers in each row', async () => {
    await lab.command({ do: 'add', kind: 'steady', count: 2 });
    const { rows } = await lab.frameWhere('two clients that are served', (row) =>
      stagesOf(row, 'steady').every((stage) =>
        row.model === 'event-loop' ? stage === 'main' : stage === 'thread',
      ),
    );
    const ids = rows.map(({ clients }) => clients.map(([id]) => id));
    assert.deepEqual(ids[0], ids[1]);
    assert.equal(ids[0]?.length, 2);
    const { rows: measured } = await lab.frameWhere('numbers', ({ numbers }) => {
      return numbers.answersPerS > 0 && (numbers.p99Ms ?? 0) > 0 && (numbers.memoryMb ?? 0) > 0;
    });
    for (const { numbers } of measured) assert.ok((numbers.p50Ms ?? NaN) <= (numbers.p99Ms ?? NaN));
    await lab.command({ do: 'clear' });
    await lab.frameWhere('no client', ({ clients }) => clients.length === 0);
  });

  it('shows who waits for a thread, and names the client that holds the loop', async () => {
    await lab.command({ do: 'add', kind: 'silent', count: 2 });
    await lab.frameWhere('both threads taken', (row) =>
      stagesOf(row, 'silent').every((stage) => stage === 'main' || stage === 'thread'),
    );
    await lab.command({ do: 'add', kind: 'computing', count: 1 });
    const { rows } = await lab.frameWhere('the long request', (row) =>
      row.model === 'event-loop'
        ? row.main.doing === 'computing' && row.main.by.length === 1
        : stagesOf(row, 'computing')[0] === 'queue',
    );
    const [loop] = rows;
    const holder = loop?.clients.find((client) => KINDS[client[1]] === 'computing')?.[0];
    assert.deepEqual(loop?.main.by, [holder]);
    await lab.command({ do: 'clear' });
    await lab.frameWhere('no client', ({ clients }) => clients.length === 0);
  });

  it('makes a log, a picture and a trace of what happened', async () => {
    const [log, picture, trace] = await Promise.all(
      ['log', 'picture', 'trace'].map((name) => ask(lab.url, `exports/${name}`)),
    );
    assert.match(log?.text ?? '', /"msg":"listening"[^]*"msg":"closed"/);
    assert.match(picture?.text ?? '', /^<svg [^]*event-loop[^]*thread-per-client/);
    assert.ok((JSON.parse(trace?.text ?? '') as { traceEvents: object[] }).traceEvents.length > 0);
  });

  it('shows a stopped process, which goes on when it is told to', async () => {
    await lab.command({ do: 'pause' });
    await lab.command({ do: 'add', kind: 'visitor', count: 3 });
    const { rows } = await lab.frameWhere('visitors in the kernel', (row) =>
      stagesOf(row, 'visitor').every((stage) => stage === 'backlog'),
    );
    assert.deepEqual(
      rows.map(({ phase }) => phase),
      ['paused', 'paused'],
    );
    await lab.command({ do: 'resume' });
    await lab.frameWhere('visitors served', ({ ended }) => ended.done >= 3);
  });

  it('shows that a failing thread is replaced, and that main has no replacement', async () => {
    await lab.command({ do: 'add', kind: 'killer', count: 1 });
    const { rows } = await lab.frameWhere('a death', ({ phase, sentence }) =>
      phase === 'dead' ? true : sentence.startsWith('A thread died'),
    );
    const [loop, threads] = rows;
    assert.deepEqual([loop?.phase, threads?.phase], ['dead', 'up']);
    assert.equal(loop?.death?.how, 'ended with status 1');
    assert.match(loop.death.lines.at(-1) ?? '', /^uncaught error, a client of the lab/);
    assert.deepEqual(await lab.command({ do: 'restart', model: 'event-loop' }), {
      said: 'event-loop starts anew.',
    });
    await lab.frameWhere('all servers up', ({ phase }) => phase === 'up');
  });

  it('spares a server whose clients are removed before it reads that it shall fail', async () => {
    await lab.command({ do: 'pause' });
    await lab.command({ do: 'add', kind: 'killer', count: 1 });
    await lab.frameWhere('the request', (row) => stagesOf(row, 'killer')[0] === 'backlog');
    await lab.command({ do: 'clear' });
    await lab.frameWhere('all servers up', ({ phase }) => phase === 'up');
    await lab.command({ do: 'add', kind: 'visitor', count: 1 });
    const { rows } = await lab.frameWhere('a visitor served', ({ ended }) => ended.done === 1);
    for (const { phase, death } of rows) assert.deepEqual([phase, death], ['up', undefined]);
  });

  it('brings back the settings from before a lesson when that is left', async () => {
    await lab.command({ do: 'set', settings: { visitorsPerS: 3 } });
    await lab.command({ do: 'lesson', lesson: 'waiting-threads' });
    assert.notEqual(lab.lab.settings.visitorsPerS, 3);
    await lab.command({ do: 'set', settings: { thinkMs: 70 } });
    await lab.command({ do: 'leave' });
    await lab.frameWhere('all servers up', ({ phase }) => phase === 'up');
    assert.deepEqual(lab.lab.settings, { ...SETTINGS, visitorsPerS: 3, thinkMs: 70 });
    await lab.command({ do: 'set', settings: { visitorsPerS: 0, thinkMs: SETTINGS.thinkMs } });
    await lab.command({ do: 'clear' });
  });

  it('says that a chat ends when other clients come', async () => {
    await lab.command({ do: 'chat' });
    await lab.frameWhere('a line heard', ({ numbers }) => numbers.answersPerS > 0);
    const reply = await lab.command({ do: 'add', kind: 'silent', count: 1 });
    assert.ok(
      'said' in reply && reply.said.startsWith('The chat ends, and the servers start anew'),
    );
    await lab.frameWhere('all servers up', ({ phase }) => phase === 'up');
    await lab.command({ do: 'clear' });
  });

  it('limits the clients of a row, and says so', async () => {
    const reply = await lab.command({ do: 'add', kind: 'silent', count: 200 });
    assert.ok('said' in reply);
    const more = await lab.command({ do: 'add', kind: 'silent', count: 200 });
    assert.ok('error' in more && /at most 250 clients/.test(more.error));
    await lab.command({ do: 'clear' });
  });
});
