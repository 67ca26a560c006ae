/**
 * The interactive clients in scripts: lines from a pipe, lines into a pipe, and an exit status for
 * the result. The test plays the server.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { coverPrograms } from '../support/environment.js';
import { startFakeServer } from '../support/fake-server.js';
import { runHandoff } from '../support/handoff.js';

coverPrograms();

const DONE = { status: 0, signal: null, stderr: '' };

/** What the server says and then hears, up to the line `B` of the script. */
const CONVERSATIONS: readonly [string, readonly string[], readonly [string, string][]][] = [
  [
    'chat',
    ['chat', '--name', 'ann'],
    [
      ['Hello.\nWho are you?\n', 'ann\n'],
      ['Welcome ann\n', 'B\n'],
    ],
  ],
  [
    'chat --dialect hii',
    ['chat', '--dialect', 'hii', '--name', 'ann'],
    [
      ['Hii', 'ann'],
      ['Connected to the server!', 'ann: B'],
    ],
  ],
  [
    'quiz',
    ['quiz', '--guest', '--name', 'ann', '--play', '1'],
    [
      ['', 'GUEST ann\n'],
      ['OK\n', 'PLAY 1\n'],
      ['QUESTION 1/2 Why?\nA a\nB b\nC c\nD d\n', 'B\n'],
    ],
  ],
  [
    'hangman',
    ['hangman'],
    [
      ['', 'PLAY\n'],
      ['WORD 3\n', 'B\n'],
    ],
  ],
  [
    'tictactoe',
    ['tictactoe', '--name', 'ann'],
    [
      ['', 'ann\n'],
      ['Welcome ann\ninit@ann bob\nMOVE?\n', 'B\n'],
    ],
  ],
];

describe(
  'handoff chat, quiz, hangman and tictactoe in a script',
  { timeout: 60_000, concurrency: 2 },
  () => {
    it("chat sends every line and reads to the end of the server's output", async (t) => {
      const { client, outcome } = await start(
        t,
        ['chat', '--name', 'böb'],
        'grün 🎲\r\n\n/who\nno newline',
      );
      await client.exchange('Hello.\nWho are you?\n', 'böb\n');
      await client.exchange('Welcome böb\n', 'grün 🎲\n/who\nno newline\n/quit\n');
      await client.expectEnd();
      client.send('* böb\x1b[2J\n* ann');
      client.halfClose();
      const stdout = 'Hello.\nWho are you?\nWelcome böb\n* böb␛[2J\n* ann\n';
      assert.deepEqual(await outcome, { ...DONE, stdout });
    });

    it('chat puts the time before each line of the server with --times', async (t) => {
      const { client, outcome } = await start(t, ['chat', '--name', 'ann', '--times'], 'hi\n');
      await client.exchange('Hello.\nWho are you?\n', 'ann\n');
      await client.exchange('Welcome ann\nbob: hi\n', 'hi\n/quit\n');
      client.halfClose();
      const { status, stdout } = await outcome;
      assert.equal(status, 0);
      const times = stdout.match(/^\d\d:\d\d:\d\d (?=Hello|Who|Welcome|bob: hi$)/gm);
      assert.equal(times?.length, 4, stdout);
    });

    it('chat takes its name from the first line without --name', async (t) => {
      const { client, outcome } = await start(t, ['chat'], 'ann\nhi\n');
      await client.exchange('Hello.\nWho are you?\n', 'ann\n');
      await client.exchange('Welcome ann\n', 'hi\n/quit\n');
      client.halfClose();
      assert.equal((await outcome).status, 0);
    });

    it('chat has status 1 when its name is taken, and does not send further lines as names', async (t) => {
      const { client, port, outcome } = await start(t, ['chat', '--name', 'ann'], 'hi\n');
      await client.exchange('Hello.\nWho are you?\n', 'ann\n');
      client.send('ERR ann is taken\nWho are you?\n');
      await client.expectEnd();
      client.halfClose();
      const { status, stderr } = await outcome;
      assert.deepEqual(
        { status, stderr },
        { status: 1, stderr: `handoff: 127.0.0.1 port ${port}: ann is taken\n` },
      );
    });

    it('chat sends a long script line by line', async (t) => {
      const lines = Array.from({ length: 50_000 }, (_, index) => `line ${index}\n`).join('');
      const { client, outcome } = await start(t, ['chat', '--name', 'ann'], lines);
      await client.exchange('Hello.\nWho are you?\n', 'ann\n');
      await client.exchange('Welcome ann\n', `${lines}/quit\n`);
      client.halfClose();
      assert.equal((await outcome).status, 0);
    });

    it('chat --dialect hii sends each line as one chunk without a newline', async (t) => {
      const { client, outcome } = await start(
        t,
        ['chat', '--dialect', 'hii', '--name', 'ann'],
        'one\ntwo\nthree\n',
      );
      await client.exchange('Hii', 'ann');
      await client.exchange('Connected to the server!', 'ann: oneann: twoann: three');
      await client.expectEnd();
      client.halfClose();
      assert.deepEqual(await outcome, { ...DONE, stdout: 'Hii\nConnected to the server!\n' });
    });

    it('quiz logs in with HANDOFF_PASSWORD and has no option for the password', async (t) => {
      const env = { HANDOFF_PASSWORD: 's3cret' };
      const { client, outcome } = await start(t, ['quiz', '--name', 'ann', '--play', '1'], 'b\n', {
        env,
      });
      await client.exchange('', 'LOGIN ann s3cret\n');
      await client.exchange('OK welcome\n', 'PLAY 1\n');
      await client.exchange('QUESTION 1/1 Why?\nA so\nB D\nC no\nD yes\n', 'B\n');
      await client.exchange('RIGHT 1\nSCORE 1/1\n', 'QUIT\n');
      client.halfClose();
      assert.equal((await outcome).status, 0);
      const refused = await runHandoff(t, ['quiz', '--password', 's3cret'], { env });
      assert.deepEqual(refused, {
        ...DONE,
        status: 2,
        stdout: '',
        stderr: 'handoff: quiz has no option --password; see handoff quiz --help\n',
      });
    });

    it('quiz registers with the first line as its password, and has status 1 without a score', async (t) => {
      const args = ['quiz', '--name', 'ann', '--register', '--play', '2'];
      const { client, outcome } = await start(t, args, 's3cret\nC\n');
      await client.exchange('', 'REGISTER ann s3cret\n');
      await client.exchange('OK welcome\n', 'PLAY 2\n');
      await client.exchange('QUESTION 1/2 Why?\nA so\nB D\nC no\nD yes\n', 'C\n');
      await client.exchange('WRONG A\nQUESTION 2/2 Why?\nA so\nB D\nC no\nD yes\n', 'QUIT\n');
      client.halfClose();
      const { status, stderr } = await outcome;
      assert.equal(status, 1);
      assert.match(
        stderr,
        /^handoff: [^\n]+: the game is not finished; the same name resumes it\n$/,
      );
    });

    it('hangman has status 0 once a game has ended, even if the player lost', async (t) => {
      const { client, outcome } = await start(t, ['hangman'], 'a\nb\nc\n');
      await client.exchange('', 'PLAY\n');
      await client.exchange('WORD 3\n', 'a\n');
      await client.exchange('MISS 1\n_ _ _\n', 'b\n');
      await client.exchange('MISS 0\n_ _ _\nLOST eye\n', 'QUIT\n');
      client.send('BYE\n');
      client.halfClose();
      const stdout = 'WORD 3\nMISS 1\n_ _ _\nMISS 0\n_ _ _\nLOST eye\nBYE\n';
      assert.deepEqual(await outcome, { ...DONE, stdout });
    });

    it('tictactoe sends one move per question, and has status 0 at the end of the game', async (t) => {
      const { client, outcome } = await start(t, ['tictactoe', '--name', 'ann'], '9\n5\n1\n');
      await client.exchange('', 'ann\n');
      await client.exchange(
        'Welcome ann\ninit@1 bob ann\nMOVE X 9\n1 2 3\n4 5 6\n7 8 X\nMOVE?\n',
        '9\n',
      );
      await client.exchange('ERR occupied\n', '5\n');
      client.send('MOVE O 5\nGameEnd O wins by forfeit\n');
      await client.expectEnd();
      client.halfClose();
      assert.equal((await outcome).status, 0);
    });

    for (const [what, args, talk] of CONVERSATIONS) {
      for (const keepInputOpen of [false, true]) {
        const when = keepInputOpen ? 'while the script goes on' : "after the script's last line";
        it(`${what} reports the ERR with which the server closes ${when}`, async (t) => {
          const { client, port, outcome } = await start(t, args, 'B\n', { keepInputOpen });
          for (const [said, heard] of talk) await client.exchange(said, heard);
          client.send('ERR line too long\n');
          client.halfClose();
          const { status, stderr } = await outcome;
          const reason = `handoff: 127.0.0.1 port ${port}: line too long\n`;
          assert.deepEqual({ status, stderr }, { status: 1, stderr: reason });
        });
      }
    }

    it('reports a refused connection and a later reset in one line', async (t) => {
      const commands = [
        ['chat', '--name', 'ann'],
        ['quiz'],
        ['hangman'],
        ['tictactoe'],
        ['hangman', '--transport', 'udp'],
      ];
      const outcomes = commands.map((command) => runHandoff(t, [...command, '--port', '1']));
      for (const outcome of await Promise.all(outcomes)) {
        const stderr = 'handoff: 127.0.0.1 port 1: connection refused; is the server running?\n';
        assert.deepEqual(outcome, { ...DONE, status: 1, stdout: '', stderr });
      }
      const { client, port, outcome } = await start(t, ['hangman'], 'a\n');
      await client.exchange('', 'PLAY\n');
      client.reset();
      const { status, stderr } = await outcome;
      assert.deepEqual(
        [status, stderr],
        [1, `handoff: 127.0.0.1 port ${port}: the server reset the connection\n`],
      );
    });

    it('ends without an error when the reader closes its output', async (t) => {
      const server = await startFakeServer(t);
      const args = ['chat', '--name', 'ann', '--port', `${server.port}`];
      const outcome = runHandoff(t, args, { keepInputOpen: true, closeOutput: true });
      const client = await server.accept();
      await client.exchange('Hello.\nWho are you?\n', 'ann\n');
      client.send('Welcome ann\n');
      const flood = setInterval(() => client.send('bob: and so on\n'.repeat(1000)), 1);
      t.after(() => clearInterval(flood));
      assert.equal((await outcome).stderr, '');
    });
  },
);

/** Starts a command against a server that the test plays, and accepts its connection. */
async function start(
  t: TestContext,
  args: readonly string[],
  input: string,
  options: Parameters<typeof runHandoff>[2] = {},
) {
  const server = await startFakeServer(t);
  const outcome = runHandoff(t, [...args, '--port', `${server.port}`], { ...options, input });
  return { outcome, port: server.port, client: await server.accept() };
}
