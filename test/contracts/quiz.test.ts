/**
 * The quiz, task 5.1 with its bonuses: whole games, their continuation, names, and unexpected
 * messages.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { it } from 'node:test';
import { connectClient } from '../support/client.js';
import { temporaryDirectory } from '../support/handoff.js';
import { isConcurrent, underEveryModel } from '../support/models.js';
import { OWN_QUESTIONS, Player } from '../support/quiz.js';
import { sharedServer, startServer } from '../support/server.js';

underEveryModel('the quiz', (model) => {
  const server = sharedServer({ service: 'quiz', model });

  it('asks, counts, and reports score, total and rank', async (t) => {
    const fresh = await startServer(t, { service: 'quiz', model });
    const player = await Player.connect(t, fresh);
    await player.says('GUEST ann', 'OK welcome, guest ann');
    await player.game(3, 2);
    await player.client.expect('TOTAL 2\nRANK 1 of 1\n');
    await player.game(2, 2);
    await player.client.expect('TOTAL 4\nRANK 1 of 1\n');
    await player.quit();
    const second = await Player.connect(t, fresh);
    await second.says('GUEST bob', 'OK welcome, guest bob');
    await second.game(5, 1);
    await second.client.expect('TOTAL 1\nRANK 2 of 2\n');
    await second.game(5, 3);
    await second.client.expect('TOTAL 4\nRANK 1 of 2\n');
    await second.client.exchange('RANKING\n', 'RANKING 2 of 2\n1 ann 4\n1 bob 4\n');
    await second.quit();
  });

  it('lists the ten best of the players that have finished a game', async (t) => {
    const fresh = await startServer(t, { service: 'quiz', model });
    const first = await Player.connect(t, fresh);
    await first.says('RANKING', 'RANKING 0 of 0');
    await first.quit();
    for (let number = 0; number < 12; number++) {
      const player = await Player.connect(t, fresh);
      await player.says(`GUEST player${number}`, /^OK /);
      const right = number % 3;
      await player.game(2, right);
      await player.client.readLine();
      await player.client.readLine();
      await player.begin(1);
      await player.quit();
    }
    const reader = await Player.connect(t, fresh);
    await reader.says('GUEST idler', /^OK /);
    reader.send('RANKING');
    const lines = ['RANKING 10 of 12'];
    for (const number of [11, 2, 5, 8]) lines.push(`1 player${number} 2`);
    for (const number of [1, 10, 4, 7]) lines.push(`5 player${number} 1`);
    for (const number of [0, 3]) lines.push(`9 player${number} 0`);
    await reader.client.expect(`${lines.join('\n')}\n`);
  });

  it('never repeats a question in a game, and has at least sixty', async (t) => {
    const player = await Player.connect(t, server);
    await player.says('GUEST marathon', /^OK /);
    const most = OWN_QUESTIONS.length;
    assert.ok(most >= 60);
    await player.says(`PLAY ${most + 1}`, `ERR PLAY takes a number from 1 to ${most}`);
    player.send(`PLAY ${most}`);
    const seen = new Set<string>();
    for (let number = 1; number <= most; number++) {
      const { text, right } = await player.question(`${number}/${most}`);
      seen.add(text);
      await player.says(right.toLowerCase(), `RIGHT ${number}`);
    }
    assert.equal(seen.size, most);
    await player.hears(`SCORE ${most}/${most}`);
  });

  for (const how of ['QUIT', 'an end of stream', 'a reset'] as const) {
    it(`continues with the next question after ${how}, for the same name`, async (t) => {
      const player = await Player.connect(t, server);
      const name = `leaver${how.length}`;
      await player.says(`GUEST ${name}`, /^OK /);
      const first = await player.begin(3);
      await player.says(first.right, 'RIGHT 1');
      const second = await player.question('2/3');
      if (how === 'QUIT') await player.quit();
      else if (how === 'a reset') player.client.reset();
      else player.client.close();

      const again = await Player.connect(t, server);
      await again.says(`GUEST ${name.toUpperCase()}`, `OK welcome, guest ${name}`);
      await again.hears('RESUME 2/3');
      assert.deepEqual(await again.question('2/3'), second);
      await again.says(second.wrong, `WRONG ${second.right}`);
      const third = await again.question('3/3');
      assert.equal(new Set([first.text, second.text, third.text]).size, 3);
      await again.says(third.right, 'RIGHT 2');
      await again.hears('SCORE 2/3');
      await again.hears('TOTAL 2');
    });
  }

  it('keeps accounts, scores and games over a restart', async (t) => {
    const store = join(temporaryDirectory(t), 'quiz.sqlite');
    const before = await startServer(t, { service: 'quiz', model, options: { store } });
    const player = await Player.connect(t, before);
    await player.says('REGISTER Ann correct horse battery', 'OK welcome, Ann');
    await player.game(2, 2);
    await player.client.expect('TOTAL 2\nRANK 1 of 1\n');
    const { right } = await player.begin(2);
    await player.says(right, 'RIGHT 1');
    player.client.close();
    await before.stop();
    // SQLite's log beside it was written back and removed: a stopped server has closed its store.
    assert.deepEqual(readdirSync(dirname(store)), ['quiz.sqlite']);

    const after = await startServer(t, { service: 'quiz', model, options: { store } });
    const again = await Player.connect(t, after);
    await again.says('LOGIN ann correct horse', /^ERR .*do not belong together$/);
    await again.says('LOGIN nobody correct horse battery', /^ERR .*do not belong together$/);
    await again.says('GUEST ann', 'ERR the name Ann is registered: LOGIN Ann password');
    await again.says('REGISTER ANN other', 'ERR the name Ann is taken');
    await again.says('LOGIN ann correct horse battery', 'OK welcome back, Ann');
    await again.hears('RESUME 2/2');
    const last = await again.question('2/2');
    await again.says(last.right, 'RIGHT 2');
    await again.client.expect('SCORE 2/2\nTOTAL 4\nRANK 1 of 1\n');
  });

  it('counts a last answer without an end of a client that closes its side, not of a reset one', async (t) => {
    for (const [how, next] of [
      ['closes', 'RESUME 2/2'],
      ['resets', 'RESUME 1/2'],
    ] as const) {
      const watched = await startServer(t, { service: 'quiz', model, logLevel: 'debug' });
      const player = await Player.connect(t, watched);
      await player.says('GUEST ann', /^OK /);
      const { right } = await player.begin(2);
      player.client.send(right);
      await watched.logLine('received', { bytes: right.length });
      if (how === 'resets') player.client.reset();
      else {
        player.client.halfClose();
        await player.hears('RIGHT 1');
        await player.client.readToEnd();
        player.client.close();
      }
      await watched.logLine('closed', { reason: how === 'resets' ? 'reset' : 'end' });
      const again = await Player.connect(t, watched);
      await again.says('GUEST ann', /^OK /);
      await again.hears(next);
    }
  });

  it('gives a guest’s points and game to the account of that name', async (t) => {
    const guest = await Player.connect(t, server);
    await guest.says('GUEST turncoat', /^OK /);
    await guest.game(1, 1);
    await guest.hears('TOTAL 1');
    await guest.hears(/^RANK/);
    await guest.begin(2);
    await guest.quit();
    const player = await Player.connect(t, server);
    await player.says('REGISTER Turncoat p', 'OK welcome, Turncoat');
    await player.hears('RESUME 1/2');
    await player.says((await player.question('1/2')).right, 'RIGHT 1');
    await player.says((await player.question('2/2')).right, 'RIGHT 2');
    await player.client.expect('SCORE 2/2\nTOTAL 3\n');
  });

  it('accepts answers that arrive before their questions, in one write', async (t) => {
    const player = await Player.connect(t, server);
    player.send('GUEST hasty\nPLAY 2\nA\nA\nA\nQUIT');
    await player.hears(/^OK /);
    await player.question('1/2');
    await player.hears(/^(RIGHT 1|WRONG [BCD])$/);
    await player.question('2/2');
    await player.hears(/^(RIGHT [12]|WRONG [BCD])$/);
    for (const line of [/^SCORE/, /^TOTAL/, /^RANK/, /^ERR no game is on/, /^OK goodbye$/])
      await player.hears(line);
    await player.client.expectEnd();
  });

  it('accepts a command byte by byte', async (t) => {
    const player = await Player.connect(t, server);
    await player.client.sendOneByOne('GUEST žofie\r\n');
    await player.hears('OK welcome, guest žofie');
  });

  it('demands a name before all other commands', async (t) => {
    const player = await Player.connect(t, server);
    await player.says('PLAY 3', 'ERR first say who you are: REGISTER, LOGIN or GUEST');
    await player.says('A', 'ERR first say who you are: REGISTER, LOGIN or GUEST');
    await player.says('GUEST orderly', /^OK /);
    await player.says('B', 'ERR no game is on: PLAY and a number of questions begins one');
    for (const line of ['GUEST other', 'REGISTER other p', 'LOGIN other p']) {
      await player.says(line, 'ERR you are orderly already');
    }
    const { right } = await player.begin(1);
    await player.says('PLAY 1', 'ERR a game is on: answer A, B, C or D');
    await player.says('E', /^ERR /);
    await player.says('AB', /^ERR /);
    await player.says('A B', /^ERR /);
    await player.says('GUEST other', 'ERR you are orderly already');
    await player.says(right, 'RIGHT 1');
  });

  for (const line of [
    '',
    ' ',
    'HELLO',
    'GET / HTTP/1.1',
    'PLAY',
    'PLAY x',
    'PLAY -1',
    'PLAY 0',
    'PLAY 1.5',
    'PLAY 1e1',
    'PLAY 99999999999999999999',
    'PLAY ١',
    'RANKING 1',
    'QUIT now',
    'REGISTER',
    'REGISTER a',
    'REGISTER a ',
    'LOGIN  ',
    'LOGIN a',
    'GUEST',
    'GUEST a b',
    'GUEST \0',
    '\0\x01\x02',
  ]) {
    it(`answers ${JSON.stringify(line)} with one line of ERR and stays open`, async (t) => {
      const player = await Player.connect(t, server);
      await player.says(line, /^ERR ./);
      await player.says('GUEST someone', 'OK welcome, guest someone');
      await player.says(line.startsWith('GUEST') ? 'PLAY 0' : line, /^ERR ./);
    });
  }

  it('never repeats a line that it does not understand, which may be a password', async (t) => {
    const player = await Player.connect(t, server);
    for (const line of [
      'REGISTER s3cret',
      's3cret',
      'PLAY s3cret',
      'LOGNI ann s3cret',
      'A s3cret',
    ]) {
      await player.says(line, /^ERR (?!.*s3cret)/);
    }
  });

  for (const [what, name, complaint] of [
    ['over-long', 'x'.repeat(33), 'a name has at most 32 characters'],
    ['over-long', 'ﷺ'.repeat(30), 'a name has at most 32 characters'],
    ['with a bell', 'a\x07b', 'a name has no control or invisible characters'],
    ['with a NUL', 'a\0b', 'a name has no control or invisible characters'],
    ['with a bidi override', 'a\u202eb', 'a name has no control or invisible characters'],
    ['with a zero-width space', 'a\u200bb', 'a name has no control or invisible characters'],
    ['with a filler', 'a\u3164b', 'a name has no control or invisible characters'],
    ['with a no-break space', 'a\u00a0b', 'a name has no spaces'],
    ['of no letters', '*', 'a name begins with a letter or a digit'],
    ['of a mark', '\u0301', 'a name begins with a letter or a digit'],
    ['of too many marks', 'a\u0316\u0317\u0318', 'a name has no letter with so many accents'],
  ] as const) {
    it(`refuses a name ${what}: ${JSON.stringify(name.slice(0, 10))}`, async (t) => {
      const player = await Player.connect(t, server);
      await player.says(`GUEST ${name}`, `ERR ${complaint}`);
      await player.says(`REGISTER ${name} p`, `ERR ${complaint}`);
      await player.says(`LOGIN ${name} p`, `ERR ${complaint}`);
    });
  }

  it('refuses names and passwords that are not UTF-8, and passwords with control characters', async (t) => {
    const player = await Player.connect(t, server);
    player.client.send(Buffer.from('GUEST a\xff\n', 'latin1'));
    await player.hears('ERR the name is not valid UTF-8');
    player.client.send(Buffer.from('REGISTER a \xff\n', 'latin1'));
    await player.hears('ERR the password is not valid UTF-8');
    await player.says('REGISTER a p\x08q', 'ERR a password has no control characters');
    await player.says(`LOGIN a ${'p'.repeat(129)}`, 'ERR a password has at most 128 characters');
  });

  it('treats names that look the same as the same name', async (t) => {
    const owner = await Player.connect(t, server);
    await owner.says('REGISTER Copecký p', 'OK welcome, Copecký');
    await owner.quit();
    const player = await Player.connect(t, server);
    for (const name of [
      'COPECKÝ',
      'copecky\u0301',
      'Ｃopecký',
      '\u0441\u043e\u0440\u0435\u0441\u043a\u0443\u0301',
    ]) {
      await player.says(
        `GUEST ${name}`,
        'ERR the name Copecký is registered: LOGIN Copecký password',
      );
      await player.says(`REGISTER ${name} q`, 'ERR the name Copecký is taken');
    }
    await player.says('GUEST Kopecký', 'OK welcome, guest Kopecký');
  });

  it('closes after a line over 4,096 bytes', async (t) => {
    const client = await connectClient(t, server);
    client.send(`GUEST ${'x'.repeat(4096)}\n`);
    await client.expect('ERR line too long\n');
    await client.expectEnd();
  });

  it('logs no password, accepted or refused', async (t) => {
    const logging = await startServer(t, { service: 'quiz', model, logLevel: 'debug' });
    const player = await Player.connect(t, logging);
    await player.says('LOGIN ann s3cret', /^ERR/);
    await player.says('LOGIN s3cret ann', /^ERR/);
    await player.says('REGISTER s3cret', /^ERR/);
    await player.says('LOGNI ann s3cret', /^ERR/);
    await player.says('REGISTER ann s3cret s3cret', /^OK/);
    await player.quit();
    await logging.logLine('closed');
    const text = JSON.stringify(logging.log());
    assert.match(text, /registered/);
    assert.doesNotMatch(text, /s3cret/i);
  });

  if (!isConcurrent(model)) return;

  it('lets one name play one game on two connections, and counts each question once', async (t) => {
    const one = await Player.connect(t, server);
    await one.says('GUEST twin', /^OK /);
    const two = await Player.connect(t, server);
    await two.says('GUEST twin', /^OK /);
    const first = await one.begin(2);
    await two.says('PLAY 5', 'RESUME 1/2');
    assert.deepEqual(await two.question('1/2'), first);
    await two.says(first.right, 'RIGHT 1');
    const second = await two.question('2/2');
    await one.says(first.right, 'ERR twin has answered this question on another connection');
    assert.deepEqual(await one.question('2/2'), second);
    await one.says(second.right, 'RIGHT 2');
    await one.client.expect('SCORE 2/2\nTOTAL 2\n');
    await two.says(
      second.right,
      'ERR twin has answered this question on another connection, the game is over',
    );
    await two.says(second.right, /^ERR no game is on/);
  });

  it('does not count a late answer for the next game', async (t) => {
    const one = await Player.connect(t, server);
    await one.says('GUEST late', /^OK /);
    const old = await one.begin(1);
    const two = await Player.connect(t, server);
    await two.says('GUEST late', /^OK /);
    await two.hears('RESUME 1/1');
    await two.says((await two.question('1/1')).wrong, `WRONG ${old.right}`);
    await two.client.expect('SCORE 0/1\nTOTAL 0\n');
    await two.hears(/^RANK/);
    const fresh = await two.begin(1);
    await one.says(old.right, 'ERR late has answered this question on another connection');
    assert.deepEqual(await one.question('1/1'), fresh);
    await one.says(fresh.right, 'RIGHT 1');
    await one.client.expect('SCORE 1/1\nTOTAL 1\n');
  });

  it('ends a guest’s game when the name is registered', async (t) => {
    const guest = await Player.connect(t, server);
    await guest.says('GUEST seized', /^OK /);
    const shown = await guest.begin(2);
    const owner = await Player.connect(t, server);
    await owner.says('REGISTER seized p', 'OK welcome, seized');
    await owner.hears('RESUME 1/2');
    await guest.says(shown.right, /^ERR the name seized has been registered in the meantime/);
    await guest.says('PLAY 1', /^ERR first say who you are/);
  });

  it('gives a name to only one of two clients that want it at the same time', async (t) => {
    const players = [await Player.connect(t, server), await Player.connect(t, server)];
    const answers = await Promise.all(
      players.map((player) => {
        player.send('REGISTER wanted p');
        return player.client.readLine();
      }),
    );
    assert.deepEqual(answers.sort(), ['ERR the name wanted is taken', 'OK welcome, wanted']);
  });
});

underEveryModel('the quiz --framing chunk', (model) => {
  const server = sharedServer({ service: 'quiz', model, options: { framing: 'chunk' } });

  it('treats a chunk as a command', async (t) => {
    const player = new Player(await connectClient(t, server));
    await player.client.exchange('GUEST chunky', 'OK welcome, guest chunky\n');
    player.client.send('PLAY 1');
    const { right } = await player.question('1/1');
    await player.client.exchange(right, 'RIGHT 1\n');
  });
});
