/** Commands at moments at which they are not expected. */
import assert from 'node:assert/strict';
import { get, type IncomingMessage } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { KINDS, MOST_CLIENTS, type Kind, type RowView } from '../../src/lab/protocol.js';
import { openLab, SETTINGS, type OpenLab } from '../support/lab.js';

const isUp = ({ phase }: RowView) => phase === 'up';
const countOf = ({ clients }: RowView, kind: Kind) =>
  clients.filter((client) => KINDS[client[1]] === kind).length;

describe('a command to the lab', { timeout: 90_000 }, () => {
  let lab: OpenLab;
  before(async () => {
    lab = await openLab(['event-loop', 'thread-per-client']);
  });
  after(() => lab.close());

  it('ends a lesson that is played, which has no results then, and takes effect', async () => {
    for (const command of [
      { do: 'clear' },
      { do: 'set', settings: { visitorsPerS: 7 } },
      { do: 'restart' },
      { do: 'pause' },
    ] as const) {
      await lab.command({ do: 'lesson', lesson: 'computing' });
      await lab.frameWhere('servers', isUp);
      await lab.command(command);
      const { lesson, settings } = lab.lab.frame();
      assert.deepEqual([lesson?.phase, lesson?.results], ['failed', []], command.do);
      assert.match(lesson?.why ?? '', /something else/);
      assert.equal(settings.visitorsPerS, command.do === 'set' ? 7 : 0);
    }
    await lab.command({ do: 'resume' });
    await lab.command({ do: 'leave' });
    await lab.command({ do: 'set', settings: { visitorsPerS: 0 } });
    await lab.command({ do: 'clear' });
  });

  it('restarts a paused server, which is then up', async () => {
    await lab.command({ do: 'pause' });
    await lab.command({ do: 'restart' });
    await lab.frameWhere('servers', isUp);
  });

  it('restarts servers while they start, with the newest settings', async () => {
    for (const threads of [3, 4, 5]) await lab.command({ do: 'set', settings: { threads } });
    await lab.frameWhere('servers', (row) => isUp(row) && row.server !== undefined);
    const [, threads] = lab.lab.frame().rows;
    assert.equal(threads?.server?.limits.threads, 5);
  });

  it('says that there is nothing to pause while servers start, and nothing to resume', async () => {
    assert.deepEqual(await lab.command({ do: 'resume' }), { error: 'No server is stopped.' });
    await lab.command({ do: 'restart' });
    assert.deepEqual(await lab.command({ do: 'pause' }), { error: 'No server is up.' });
    await lab.frameWhere('servers', isUp);
  });

  it('adds no more clients than a row holds, those that wait for a start included', async () => {
    await lab.command({ do: 'restart' });
    const add = { do: 'add', kind: 'silent', count: MOST_CLIENTS } as const;
    assert.ok('said' in (await lab.command(add)));
    assert.ok('error' in (await lab.command(add)));
    await lab.frameWhere('all of them', (row) => countOf(row, 'silent') === MOST_CLIENTS);
    await lab.command({ do: 'clear' });
    await lab.frameWhere('none', ({ clients }) => clients.length === 0);
  });

  it('ends a paused server by what a client sent meanwhile; later clients come with its restart', async () => {
    await lab.command({ do: 'pause' });
    await lab.command({ do: 'add', kind: 'killer', count: 1 });
    await lab.command({ do: 'resume' });
    const isDead = ({ model, phase }: RowView) => model !== 'event-loop' || phase === 'dead';
    await lab.frameWhere('a death', isDead);
    await lab.command({ do: 'add', kind: 'steady', count: 2 });
    await lab.command({ do: 'restart', model: 'event-loop' });
    const { rows } = await lab.frameWhere('both', (row) => countOf(row, 'steady') === 2);
    // Dots of clients that have ended stay for a moment, in one row longer than in the other.
    const [one, other] = rows.map(({ clients }) =>
      clients.filter(([, kind]) => KINDS[kind] === 'steady').map(([id]) => id),
    );
    assert.deepEqual(one, other);
  });

  it('begins the longest wait anew, unless it was refused or only goes on with what was', async () => {
    const sinceCommand = () =>
      lab.lab.frame().rows.map(({ numbers }) => numbers.longestSinceCommandMs);
    await lab.command({ do: 'clear' });
    await lab.command({ do: 'pause' });
    await lab.command({ do: 'add', kind: 'visitor', count: 1 });
    await lab.frameWhere('a wait', ({ numbers }) => numbers.longestSinceCommandMs >= 100);
    const waited = sinceCommand();
    assert.ok('error' in (await lab.command({ do: 'pause' })));
    await lab.command({ do: 'resume' });
    await lab.command({ do: 'leave' });
    await lab.frameWhere('no client', ({ clients }) => clients.length === 0);
    for (const [row, ms] of sinceCommand().entries()) assert.ok(ms >= (waited[row] ?? 0));
    await lab.command({ do: 'set', settings: { thinkMs: 50 } });
    assert.deepEqual(sinceCommand(), [0, 0]);
  });

  it('is shown on all pages, also when one of them has gone', async (t) => {
    const first = await openStream(lab.url);
    const second = await openStream(lab.url);
    t.after(() => second.destroy());
    first.destroy();
    await lab.command({ do: 'set', settings: { thinkMs: 77 } });
    let text = '';
    for await (const chunk of second.setEncoding('utf8')) {
      text += String(chunk);
      if (text.includes('"thinkMs":77')) break;
    }
    assert.notEqual(SETTINGS.thinkMs, 77);
  });
});

async function openStream(url: string): Promise<IncomingMessage> {
  const { origin, search } = new URL(url);
  const stream = await new Promise<IncomingMessage>((resolve) =>
    get(`${origin}/events${search}`, resolve),
  );
  return stream.on('error', () => undefined);
}
