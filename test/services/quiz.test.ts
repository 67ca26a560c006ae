/**
 * The quiz as a separate process: killed right after an answer, with many games at once, and with a
 * store that fails.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { DatabaseSync } from '@photostructure/sqlite';
import {
  CLI,
  killAfter,
  ServerProcess,
  exitOf,
  startHandoff,
  temporaryDirectory,
} from '../support/handoff.js';
import { LogLines } from '../support/log-lines.js';
import { Player } from '../support/quiz.js';
import type { Cleanup } from '../support/server.js';

const QUIZ = ['quiz', '--model', 'event-loop'];

function storePath(t: Cleanup): string {
  return join(temporaryDirectory(t), 'quiz.sqlite');
}

async function killed(server: ServerProcess): Promise<void> {
  server.signal('SIGKILL');
  await server.exit;
}

describe('the quiz as a process', { timeout: 60_000 }, () => {
  it('keeps every acknowledged answer after kill -9, each once', async (t) => {
    const args = [...QUIZ, '--store', storePath(t)];
    let server = await startHandoff(t, args);
    let player = await Player.connect(t, server);
    await player.says('GUEST ann', /^OK /);
    await player.game(1, 1);
    await player.hears('TOTAL 1');
    await killed(server);
    for (let number = 1; number <= 3; number++) {
      server = await startHandoff(t, args);
      player = await Player.connect(t, server);
      await player.says('GUEST ann', /^OK /);
      if (number === 1) player.send('PLAY 3');
      else await player.hears(`RESUME ${number}/3`);
      const { right } = await player.question(`${number}/3`);
      await player.says(right, `RIGHT ${number}`);
      // Only the line of the last answer says that the game is over and counted.
      await killed(server);
    }
    server = await startHandoff(t, args);
    player = await Player.connect(t, server);
    await player.says('RANKING', 'RANKING 1 of 1');
    await player.hears('1 ann 4');
    await player.says('GUEST ann', /^OK /);
    await player.says('A', /^ERR no game is on/);
  });

  it('counts a thousand games of fifty clients correctly', async (t) => {
    const server = await startHandoff(t, [...QUIZ, '--store', storePath(t)]);
    const clients = 50;
    const games = 20;
    const play = async (number: number) => {
      const player = await Player.connect(t, server);
      await player.says(`GUEST guest${number}`, /^OK /);
      let total = 0;
      for (let game = 0; game < games; game++) {
        const questions = game % 4 === 0 ? 2 : 1;
        const right = (number + game) % (questions + 1);
        await player.game(questions, right);
        total += right;
        await player.hears(`TOTAL ${total}`);
        await player.hears(/^RANK \d+ of \d+$/);
      }
      return total;
    };
    const totals = await Promise.all(Array.from({ length: clients }, (_, number) => play(number)));
    const reader = await Player.connect(t, server);
    await reader.says('RANKING', `RANKING 10 of ${clients}`);
    const best = totals
      .map((total, number) => ({ total, name: `guest${number}` }))
      .sort(byRank)
      .slice(0, 10);
    for (const { total, name } of best) {
      const rank = 1 + totals.filter((other) => other > total).length;
      await reader.hears(`${rank} ${name} ${total}`);
    }
  });

  it('answers ERR and counts nothing while its store is locked, and accepts the answer later', async (t) => {
    const store = storePath(t);
    const server = await startHandoff(t, [...QUIZ, '--store', store]);
    const player = await Player.connect(t, server);
    await player.says('GUEST ann', /^OK /);
    const { right } = await player.begin(1);
    const other = new DatabaseSync(store);
    t.after(() => other.close());
    other.exec('BEGIN IMMEDIATE');
    await player.says(right, /^ERR the store cannot be used at the moment/);
    assert.equal((await server.log.next('the store failed')).level, 'error');
    other.exec('ROLLBACK');
    await player.says(right, 'RIGHT 1');
    await player.client.expect('SCORE 1/1\nTOTAL 1\nRANK 1 of 1\n');
  });

  it('answers ERR and keeps running when the disk is full', async (t) => {
    const store = storePath(t);
    const server = await startWithFileLimit(t, [...QUIZ, '--store', store], 100_000);
    let acknowledged = 0;
    let player = await Player.connect(t, server);
    for (let number = 0; ; number++) {
      await player.says(`GUEST guest${number}`, /^OK /);
      player.send('PLAY 1');
      const answer = await player.client.readLine();
      if (answer.startsWith('ERR the store cannot be used')) break;
      assert.match(answer, /^QUESTION 1\/1 /);
      for (let line = 0; line < 4; line++) await player.client.readLine();
      player.send('A');
      const verdict = await player.client.readLine();
      if (verdict.startsWith('ERR the store cannot be used')) break;
      await player.hears(/^SCORE/);
      if (verdict.startsWith('RIGHT')) acknowledged++;
      await player.hears(/^TOTAL/);
      await player.hears(/^RANK/);
      player.client.close();
      player = await Player.connect(t, server);
    }
    await player.says('A', /^ERR /);
    await killed(server);
    const file = new DatabaseSync(store);
    t.after(() => file.close());
    const { total } = file.prepare('SELECT sum(total) AS total FROM players').get() as {
      total: number;
    };
    assert.equal(total, acknowledged);
  });
});

function byRank(
  one: { total: number; name: string },
  two: { total: number; name: string },
): number {
  return two.total - one.total || (one.name < two.name ? -1 : 1);
}

/** A server whose files may not grow beyond so many bytes: for it the disk is full. */
async function startWithFileLimit(
  t: Cleanup,
  args: readonly string[],
  bytes: number,
): Promise<ServerProcess> {
  const limited = `ulimit -f ${Math.ceil(bytes / 512)}; exec "$@"`;
  const program = [process.execPath, CLI, 'serve', ...args, '--port', '0'];
  const child = spawn('sh', ['-c', limited, 'sh', ...program]);
  killAfter(t, child);
  child.stdin.end();
  const log = new LogLines(child.stdout);
  await log.next('listening');
  return new ServerProcess(child, log, exitOf(child), []);
}
