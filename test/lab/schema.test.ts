/** The published forms of snapshots and of the lab's messages, against real ones of every model. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv';
import type { Snapshot } from '../../src/admin/snapshot.js';
import { parseCommand } from '../../src/lab/commands.js';
import { BOUNDS, KINDS, MOST_CLIENTS, STAGES, type Frame } from '../../src/lab/protocol.js';
import { setupOf } from '../../src/lab/setup.js';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { connectWatcher } from '../support/admin.js';
import { connectClient } from '../support/client.js';
import { temporaryDirectory } from '../support/handoff.js';
import { openLab, type OpenLab } from '../support/lab.js';
import { underEveryModel } from '../support/models.js';
import { startServer } from '../support/server.js';

const ajv = new Ajv({ allErrors: true });
for (const name of ['snapshot', 'lab']) {
  const path = fileURLToPath(new URL(`../../../docs/${name}.schema.json`, import.meta.url));
  ajv.addSchema(JSON.parse(readFileSync(path, 'utf8')) as object);
}

/** @param form such as `lab.schema.json#/definitions/frame` */
function assertForm(form: string, value: unknown): void {
  assert.ok(ajv.validate(form, value), `${ajv.errorsText()}: ${JSON.stringify(value)}`);
}

const WHOLE = 'snapshot.schema.json#/definitions/whole';
const BRIEF = 'snapshot.schema.json#/definitions/brief';
const lab = (one: string) => `lab.schema.json#/definitions/${one}`;

/** Every field of the type, so that the type and the published form cannot part. */
const histogram = { count: 1, sumNs: 5, minNs: 5, maxNs: 5, buckets: [[5, 1]] } as const;
const FULL: Required<Snapshot> = {
  ...{ format: 1, time: 1.8e12, service: 'work', model: 'thread-per-client', pid: 7 },
  ...{ address: '127.0.0.1:9714', uptimeMs: 5, stopping: false, tookMs: 0.1, watchingCpuMs: 1 },
  limits: { threads: 8, queue: 10, overflow: 'queue' },
  counts: { accepted: 3, refused: 0, served: 1, closed: { end: 1 } },
  main: {
    ...{ utilization: 0.5, overMs: 100, lagMs: 1 },
    blocked: { blockedMs: 60, connection: 1, heldMs: 60, agoMs: 4 },
  },
  backlog: { count: 0, limit: 4096, longestMs: 0 },
  queue: { count: 1, first: [{ connection: 3, peer: 'unknown', backlogMs: 0, waitedMs: 4 }] },
  clients: {
    count: 1,
    first: [
      {
        ...{ connection: 2, peer: 'unknown', thread: 5, state: 'recv', bytesIn: 0, bytesOut: 0 },
        ...{ backlogMs: 0, waitedMs: 1, queuedMs: 1, servedMs: 1 },
        ...{ computedMs: 0, loopWaitMs: 0, coreWaitMs: 0 },
      },
    ],
  },
  threads: {
    count: 1,
    states: { recv: 1 },
    first: [{ thread: 5, state: 'recv', connection: 2, clients: 1 }],
  },
  handOff: {
    ...{ accepted: histogram, wrapped: histogram, sent: histogram, queued: histogram },
    ...{ woken: histogram, begun: histogram, total: histogram },
  },
};

describe('the form of snapshots', () => {
  it('has every field of the type', () => assertForm(WHOLE, FULL));

  it('has no other field, and none of another type', () => {
    for (const wrong of [
      { ...FULL, more: 1 },
      { ...FULL, uptimeMs: '5' },
    ])
      assert.equal(ajv.validate(WHOLE, wrong), false);
  });
});

underEveryModel('the form of snapshots', (model) => {
  it('is that of real ones, whole and brief', async (t) => {
    const adminPath = join(temporaryDirectory(t), 'admin');
    const threads = { most: 2, warm: 0 };
    const server = await startServer(t, { model, service: 'echo', adminPath, threads });
    const client = await connectClient(t, server);
    await client.exchange('hello', 'hello');
    for (let more = 0; more < 2; more++) await connectClient(t, server);
    const watcher = await connectWatcher(t, adminPath);
    assertForm(WHOLE, JSON.parse((await watcher.next()) ?? ''));
    watcher.socket.write('{"everyMs":50,"brief":true}\n');
    for (let count = 0; count < 2; count++)
      assertForm(BRIEF, JSON.parse((await watcher.next()) ?? ''));
  });
});

describe('the forms of the lab', { timeout: 60_000 }, () => {
  let open: OpenLab;
  before(async () => {
    open = await openLab(MODEL_NAMES);
  });
  after(() => open.close());

  it('are those of real frames: clients of every kind, a pause, a lesson, dead servers', async () => {
    const frames: Frame[] = [];
    const unwatch = open.lab.watch(() => frames.push(open.lab.frame()));
    for (const kind of ['steady', 'silent', 'computing', 'unread'] as const)
      assertForm(lab('reply'), await open.command({ do: 'add', kind, count: 1 }));
    await open.frameWhere('a snapshot', ({ server }) => server !== undefined);
    await open.frameWhere('numbers', ({ numbers }) => numbers.watchPercent !== undefined);
    await open.command({ do: 'pause' });
    await open.frameWhere('a pause', ({ phase }) => phase === 'paused');
    await open.command({ do: 'lesson', lesson: 'burst' });
    await open.frameWhere('servers', ({ phase }) => phase === 'up');
    await open.command({ do: 'leave' });
    await open.command({ do: 'clear' });
    await open.command({ do: 'add', kind: 'killer', count: 1 });
    await open.frameWhere('deaths', ({ phase, model }) =>
      model === 'iterative' || model === 'event-loop' ? phase === 'dead' : true,
    );
    unwatch();
    assert.ok(frames.some(({ lesson }) => lesson) && frames.length > 10);
    assert.ok(frames.some(({ rows }) => rows.some(({ death }) => death)));
    for (const frame of frames) assertForm(lab('frame'), JSON.parse(JSON.stringify(frame)));
  });

  it('are those of the setup, and of an error', async () => {
    assertForm(lab('setup'), setupOf());
    assertForm(lab('reply'), await open.command({ do: 'lesson', lesson: 'none' }));
  });

  it('refuse the commands that the lab refuses', () => {
    const set = (name: string, value: number) => ({ do: 'set', settings: { [name]: value } });
    const commands: object[] = [
      ...['chat', 'clear', 'pause', 'resume', 'leave', 'restart', 'dance'].map((one) => ({
        do: one,
      })),
      ...KINDS.map((kind) => ({ do: 'add', kind, count: 1 })),
      ...[0, 1, MOST_CLIENTS, MOST_CLIENTS + 1].map((count) => ({
        do: 'add',
        kind: 'steady',
        count,
      })),
      ...Object.entries(BOUNDS).flatMap(([name, [least, most]]) =>
        [least - 1, least, most, most + 1].map((value) => set(name, value)),
      ),
      ...[{ do: 'lesson', lesson: 'burst' }, { do: 'lesson' }, { do: 'set' }],
    ];
    for (const command of commands) {
      const isTaken = typeof parseCommand(JSON.stringify(command)) !== 'string';
      assert.equal(ajv.validate(lab('command'), command), isTaken, JSON.stringify(command));
    }
    assert.equal(ajv.validate(lab('client'), [1, 0, STAGES.length, 0, 0]), false);
    assert.equal(ajv.validate(lab('client'), [1, 0, STAGES.length - 1, 0, 0]), true);
  });
});
