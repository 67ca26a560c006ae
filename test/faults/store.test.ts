/** The quiz's store: a server that is killed again and again, and a disk that is full. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectClient } from '../support/client.js';
import { environment } from '../support/environment.js';
import {
  CLI,
  exitOf,
  killAfter,
  ServerProcess,
  startHandoff,
  temporaryDirectory,
  watchHandoff,
} from '../support/handoff.js';
import { modelOptions } from '../support/models.js';
import { LogLines } from '../support/log-lines.js';
import { OWN_QUESTIONS, Player } from '../support/quiz.js';
import type { Cleanup } from '../support/server.js';

const KILLS = 20;
const PLAYERS = 4;
const LENGTH = 7;
const FULL = 'ERR the store cannot be used at the moment, and nothing was counted: try again';

const rightOf = new Map(OWN_QUESTIONS.map(({ question, answer }) => [question, answer]));

/** What a guest was told so far, over all lives of the server. */
class Guest {
  readonly name: string;
  /** Points of finished games, as the last TOTAL said. */
  total = 0;
  /** The number of the question that is open, and the points of the unfinished game. */
  number = 1;
  points = 0;
  /** An answer was sent, and what it was worth is not known: it may count or not. */
  pending = false;

  constructor(name: string) {
    this.name = name;
  }

  /** Plays until the server dies; each line that comes is what the server has promised to keep. */
  async play(player: Player, onAnswer: () => void): Promise<void> {
    await player.says(`GUEST ${this.name}`, /^OK /);
    player.send('PLAY 7');
    for (let questions = 0; ; questions++) {
      let line = await player.client.readLine();
      if (questions === 0) line = await this.#checkResumed(line, player);
      const [, number, text = ''] = /^QUESTION (\d+)\/7 (.*)$/.exec(line) ?? [];
      assert.equal(Number(number), this.number, `${this.name}: ${line}`);
      for (let option = 0; option < 4; option++) await player.client.readLine();
      this.pending = true;
      player.send(rightOf.get(text) ?? 'A');
      assert.equal(await player.client.readLine(), `RIGHT ${this.points + 1}`);
      this.#count();
      onAnswer();
      if (this.number !== 1) continue;
      await player.hears(`SCORE ${LENGTH}/${LENGTH}`);
      await player.hears(`TOTAL ${this.total}`);
      await player.hears(/^RANK /);
      player.send('PLAY 7');
    }
  }

  /** The first line after GUEST: an unfinished game resumes exactly where the last one stopped. */
  async #checkResumed(first: string, player: Player): Promise<string> {
    const [, resumed] = /^RESUME (\d+)\/7$/.exec(first) ?? [];
    const open = resumed === undefined ? 1 : Number(resumed);
    if (this.pending && open !== this.number) this.#count();
    this.pending = false;
    assert.equal(open, this.number, `${this.name} resumes at ${first}`);
    if (resumed === undefined) return first;
    const question = await player.client.readLine();
    // The answer to GUEST had the question, too; PLAY is refused while a game is on.
    for (let option = 0; option < 4; option++) await player.client.readLine();
    assert.match(await player.client.readLine(), /^ERR a game is on/);
    const [, , text = ''] = /^QUESTION (\d+)\/7 (.*)$/.exec(question) ?? [];
    this.pending = true;
    player.send(rightOf.get(text) ?? 'A');
    assert.equal(await player.client.readLine(), `RIGHT ${this.points + 1}`);
    this.#count();
    if (this.number !== 1) return player.client.readLine();
    await player.hears(`SCORE ${LENGTH}/${LENGTH}`);
    await player.hears(`TOTAL ${this.total}`);
    await player.hears(/^RANK /);
    player.send('PLAY 7');
    return player.client.readLine();
  }

  #count(): void {
    this.pending = false;
    this.points++;
    this.number++;
    if (this.number <= LENGTH) return;
    this.total += this.points;
    [this.number, this.points] = [1, 0];
  }
}

describe('kill -9', () => {
  it('twenty times during games loses no answer that was counted, and counts none twice', async (t) => {
    const store = join(temporaryDirectory(t), 'quiz.sqlite');
    const guests = Array.from({ length: PLAYERS }, (_, index) => new Guest(`guest${index}`));
    for (let kills = 0; kills < KILLS; kills++) {
      const model = kills % 2 === 0 ? 'event-loop' : 'thread-per-client';
      const server = await startHandoff(t, [
        ...['quiz', '--store', store, ...modelOptions(model, PLAYERS)],
      ]);
      let answers = 0;
      const enough = 5 + 3 * kills;
      const onAnswer = () => {
        if (++answers === enough) server.signal('SIGKILL');
      };
      const games = guests.map(async (guest) => {
        const player = new Player(await connectClient(t, { address: server.address }));
        await guest.play(player, onAnswer).catch((error: unknown) => {
          const { message } = error as Error;
          if (!/expected a line, but (the end|an error) ?/.test(message)) throw error;
        });
      });
      await Promise.all(games);
      assert.equal((await server.exit).signal, 'SIGKILL');
    }
    const server = await startHandoff(t, ['quiz', '--store', store, '--model', 'event-loop']);
    const player = await Player.connect(t, server);
    player.send('RANKING');
    await player.hears(`RANKING ${PLAYERS} of ${PLAYERS}`);
    for (let rank = 0; rank < PLAYERS; rank++) {
      const [, name = '', total] = (await player.client.readLine()).split(' ');
      const guest = guests.find((each) => each.name === name);
      // The last answer of a game may have counted without its client being told.
      const totals = [guest?.total, ...(guest?.pending ? [guest.total + LENGTH] : [])];
      assert.ok(totals.includes(Number(total)), `${name} has ${total}, was told ${totals.join()}`);
    }
    await server.stop();
  });
});

const cannotMount =
  process.getuid?.() !== 0 || spawnSync('unshare', ['-m', 'true']).status !== 0
    ? 'needs root and unshare, to mount a disk of 1 MB'
    : false;

describe('a full disk', () => {
  it(
    'refuses each answer, logs one line a second, and loses nothing',
    { skip: cannotMount },
    async (t) => {
      const folder = join(temporaryDirectory(t), 'disk');
      mkdirSync(folder);
      const server = await startOnSmallDisk(t, folder);
      // The disk is mounted in the server's namespace only.
      const filler = join(`/proc/${server.pid}/root`, folder, 'filler');
      const player = await Player.connect(t, server);
      await player.says('GUEST ann', /^OK /);
      const first = await player.begin(3);
      await player.says(first.right, 'RIGHT 1');
      const second = await player.question('2/3');
      fill(filler);
      const startedAt = performance.now();
      let refused = 0;
      for (let answers = 0; answers < 500; answers++) {
        player.send(second.right);
        const answer = await player.client.readLine();
        // SQLite writes into the space that its log already has.
        assert.equal(answer, FULL);
        refused++;
      }
      const seconds = (performance.now() - startedAt) / 1000;
      rmSync(filler);
      await player.says(second.right, 'RIGHT 2');
      const third = await player.question('3/3');
      await player.says(third.wrong, `WRONG ${third.right}`);
      await player.client.expect('SCORE 2/3\nTOTAL 2\n');
      await sleep(1100);
      await server.stop();
      const lines = server.log.of('the store failed');
      assert.ok(lines.length <= 2 + seconds, `${lines.length} lines in ${seconds} s`);
      const counted = lines.reduce((sum, line) => sum + 1 + Number(line['repeated'] ?? 0), 0);
      assert.equal(counted, refused);
    },
  );
});

/** Starts a quiz whose store is on a disk of 1 MB, which goes with the server's process. */
async function startOnSmallDisk(t: Cleanup, folder: string): Promise<ServerProcess> {
  const script = 'mount -t tmpfs -o size=1m none "$1" && shift && exec "$@"';
  const serve = [CLI, 'serve', 'quiz', '--store', join(folder, 'quiz.sqlite')];
  const child = spawn(
    'unshare',
    [
      ...['-m', 'sh', '-c', script, 'sh', folder, process.execPath, ...serve],
      ...['--port', '0', '--model', 'event-loop'],
    ],
    { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  killAfter(t, child);
  const log = new LogLines(child.stdout);
  await log.next('listening');
  return new ServerProcess(child, log, exitOf(child), []);
}

/** Takes all the room that the disk has. */
function fill(path: string): void {
  for (const bytes of [65_536, 4096, 512]) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(bytes), { flag: 'a' });
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
    }
  }
}

describe('a store that is no file', { timeout: 30_000 }, () => {
  for (const [kind, make] of [
    ['a FIFO', (path: string) => spawnSync('mkfifo', [path])],
    ['a folder', (path: string) => mkdirSync(path)],
    ['a device', (path: string) => symlinkSync('/dev/full', path)],
  ] as const) {
    it(`is refused at the start in one line: ${kind}`, async (t) => {
      const path = join(temporaryDirectory(t), 'store');
      make(path);
      const { child, outcome } = watchHandoff(t, ['serve', 'quiz', '--port', '0', '--store', path]);
      const giveUp = setTimeout(() => child.kill('SIGKILL'), 10_000);
      const { status, stdout, stderr } = await outcome;
      clearTimeout(giveUp);
      assert.equal(stderr, `handoff: cannot use the store ${path}: it is ${kind}, not a file\n`);
      assert.deepEqual([status, stdout], [1, '']);
    });
  }
});
