/**
 * Wrong usage of every command: the line that the user gets names the option or argument, its value,
 * the reason and the next step. Most rows run in the test's own process.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { UsageError } from '../../src/base/errors.js';
import { runCommand } from '../../src/cli/program.js';
import { temporaryDirectory } from '../support/handoff.js';
import { assertRefused } from '../support/refusal.js';

type Row = readonly [line: string, complaint: string];

/** Arguments are separated by blanks; `''` is an empty one. */
const rows: Readonly<Record<string, readonly Row[]>> = {
  'a misspelt command': [
    ['serv echo', 'there is no command "serv"; did you mean serve?'],
    ['SERVE echo', 'there is no command "SERVE"; did you mean serve?'],
    ['severs echo', 'there is no command "severs"; did you mean serve?'],
    ['chart', 'there is no command "chart"; did you mean chat?'],
    ['tic-tac-toe', 'there is no command "tic-tac-toe"; did you mean tictactoe?'],
    ['xyzzyx', 'there is no command "xyzzyx"; see handoff --help'],
    ['', 'a command is expected; see handoff --help'],
    ['--verion', 'handoff has no option --verion; did you mean --version?'],
    ['--port 1', 'handoff has no option --port; see handoff --help'],
    [
      'bench comprae a b',
      '"comprae" is one argument too many: bench takes none; did you mean bench compare?',
    ],
  ],
  'a misspelt option': [
    ['serve echo --treads 4', 'serve has no option --treads; did you mean --threads?'],
    ['serve echo --thread=4', 'serve has no option --thread; did you mean --threads?'],
    ['serve count --max-puase 4', 'serve has no option --max-puase; did you mean --max-pause?'],
    ['serve count --max_pause 4', 'serve has no option --max_pause; did you mean --max-pause?'],
    ['serve echo --PORT 4', 'serve has no option --PORT; did you mean --port?'],
    ['serve echo --no-onec', 'serve has no option --no-onec; did you mean --no-once?'],
    [
      'serve echo --no-log-connection',
      'serve has no option --no-log-connection; did you mean --no-log-connections?',
    ],
    ['serve echo --no-treads', 'serve has no option --no-treads; did you mean --threads?'],
    ['serve echo --deadline 5', 'serve has no option --deadline; did you mean --login-deadline?'],
    ['serve echo --verbose', 'serve has no option --verbose; see handoff serve --help'],
    ['serve echo -p 9000', 'serve has no option -p; see handoff serve --help'],
    ['connect echo --prot 7', 'connect has no option --prot; did you mean --port?'],
    ['chat --nme alice', 'chat has no option --nme; did you mean --name?'],
    ['quiz --password x', 'quiz has no option --password; see handoff quiz --help'],
    ['hangman --trasport udp', 'hangman has no option --trasport; did you mean --transport?'],
    ['tictactoe --nam x', 'tictactoe has no option --nam; did you mean --name?'],
    ['fetch http://h/ --ouput x', 'fetch has no option --ouput; did you mean --output?'],
    ['send --timout 4', 'send has no option --timout; did you mean --timeout?'],
    ['gettime --trnsport udp', 'gettime has no option --trnsport; did you mean --transport?'],
    ['lookup --jsn', 'lookup has no option --jsn; did you mean --json?'],
    ['peer h --lingr 1', 'peer has no option --lingr; did you mean --linger?'],
    ['timeline a -o a.svg --form 1', 'timeline has no option --form; did you mean --from?'],
    ['watch a --jsn', 'watch has no option --jsn; did you mean --json?'],
    ['demo --projecter', 'demo has no option --projecter; did you mean --projector?'],
    ['explain --result x', 'explain has no option --result; did you mean --results?'],
    ['bench --scenrio echo', 'bench has no option --scenrio; did you mean --scenario?'],
    [
      'bench compare a b --failover 5',
      'bench compare has no option --failover; did you mean --fail-over?',
    ],
    ['bench report a --outpt x', 'bench report has no option --outpt; did you mean --output?'],
    ['models --json', 'models has no option --json; see handoff models --help'],
    ['services --all', 'services has no option --all; see handoff services --help'],
    ['new a.js --forc', 'new has no option --forc; see handoff new --help'],
  ],
  'a misspelt value': [
    ['completion csh', '<shell> takes bash, zsh or fish, not "csh"'],
    ['help serf', 'there is no command "serf"; did you mean serve?'],
    ['serve ecko', 'there is no service "ecko"; did you mean echo?'],
    ['serve Echo', 'there is no service "Echo"; did you mean echo?'],
    ['serve hang-man', 'there is no service "hang-man"; did you mean hangman?'],
    ['serve qzx', /there is no service "qzx"; the services are capitalize, .*, work/.source],
    ['connect ecko', 'there is no service "ecko"; did you mean echo?'],
    [
      'serve echo --model eventloop',
      '--model takes iterative, event-loop, thread-per-client or worker-event-loops, not "eventloop"; did you mean event-loop?',
    ],
    [
      'serve echo --model threads',
      '--model takes iterative, event-loop, thread-per-client or worker-event-loops, not "threads"; did you mean thread-per-client?',
    ],
    [
      'serve echo --model magic',
      '--model takes iterative, event-loop, thread-per-client or worker-event-loops, not "magic"',
    ],
    [
      'serve echo --log-level warning',
      '--log-level takes silent, error, warn, info or debug, not "warning"; did you mean warn?',
    ],
    ['serve echo --transport dup', '--transport takes tcp or udp, not "dup"; did you mean udp?'],
    [
      'serve echo --overflow refused',
      '--overflow takes queue or refuse, not "refused"; did you mean refuse?',
    ],
    ['serve chat --dialect hi', '--dialect takes exercise or hii, not "hi"; did you mean hii?'],
    [
      'chat --dialect excercise',
      '--dialect takes exercise or hii, not "excercise"; did you mean exercise?',
    ],
    [
      'explain event',
      '<model> takes iterative, event-loop, thread-per-client or worker-event-loops, not "event"; did you mean event-loop?',
    ],
    [
      'bench --scenario ecko',
      /--scenario takes one of \d+ names, not "ecko"; did you mean echo\?/.source,
    ],
    [
      'bench --scenario echo ecko',
      /--scenario takes one of \d+ names, not "ecko"; did you mean echo\?/.source,
    ],
    [
      'bench --model thread',
      /--model takes one of \d+ names, not "thread"; did you mean thread-per-client\?/.source,
    ],
  ],
  'a wrong value': [
    ['serve echo --port abc', '--port takes a whole number from 0 to 65535, not "abc"'],
    ['serve echo --port=-1', '--port takes a whole number from 0 to 65535, not "-1"'],
    ['serve echo --port -1', '--port takes a whole number from 0 to 65535, not "-1"'],
    ['serve echo --port 1.5', '--port takes a whole number from 0 to 65535, not "1.5"'],
    ['serve echo --port 1e3', '--port takes a whole number from 0 to 65535, not "1e3"'],
    ['serve echo --port 0x10', '--port takes a whole number from 0 to 65535, not "0x10"'],
    ['serve echo --port NaN', '--port takes a whole number from 0 to 65535, not "NaN"'],
    [
      'serve echo --grace Infinity',
      '--grace takes a whole number from 0 to 600000, not "Infinity"',
    ],
    [
      'serve echo --port 99999999999999999999',
      '--port takes a whole number from 0 to 65535, not "99999999999999999999"',
    ],
    [
      'serve echo --heartbeat 86401',
      '--heartbeat takes a whole number from 0 to 86400, not "86401"',
    ],
    [
      'serve echo --logLevel loud',
      '--log-level takes silent, error, warn, info or debug, not "loud"',
    ],
    ['serve echo --metrics 9100', '--metrics takes host:port or [IPv6]:port, not "9100"'],
    ['serve echo --once=banana', '--once takes true or false, not "banana"'],
    ['serve echo --no-port', '--port takes a value, so there is no --no-port'],
    ['quiz --play 0', '--play takes a whole number from 1 to 1000000, not "0"'],
    ['gettime --timeout 0', '--timeout takes a whole number from 1 to 86400000, not "0"'],
    ['peer h --tries 0', '--tries takes a whole number from 1 to 100000, not "0"'],
    ['demo --work 0', '--work takes a whole number from 1 to 10000, not "0"'],
    ['watch a --every 1', '--every takes a whole number from 50 to 5000, not "1"'],
    ['bench --rounds 0', '--rounds takes a whole number from 1 to 100, not "0"'],
    [
      'bench compare a b --fail-over -5',
      '--fail-over takes a whole number from 0 to 1000, not "-5"',
    ],
    ['timeline a -o a.txt', '--output takes a file ending in .html, .svg or .json, not "a.txt"'],
    [
      'timeline a -o a.svg -o a.txt',
      '--output takes a file ending in .html, .svg or .json, not "a.txt"',
    ],
    [
      'new mine.txt',
      '<file> must end in .js, .mjs, .ts or .mts, not as "mine.txt"; for example mine.js',
    ],
  ],
  'a missing value': [
    ['serve echo --port', '--port needs a value: a whole number from 0 to 65535'],
    ["serve echo --port ''", '--port needs a value: a whole number from 0 to 65535'],
    ['serve echo --port --model iterative', '--port needs a value: a whole number from 0 to 65535'],
    [
      'serve echo --model',
      '--model needs a value: iterative, event-loop, thread-per-client or worker-event-loops',
    ],
    ["connect echo --host ''", '--host needs a value'],
    ['serve echo --config', '--config needs a value'],
    ['chat --name', '--name needs a value'],
    ['fetch http://h/ -o', '--output needs a value'],
    ['bench -o', '--output needs a value'],
    ['bench --scenario', /--scenario needs a value: control, .* or \w+/.source],
  ],
  'an option that is given twice': [
    ['serve echo --port 1 --port 2', '--port is given twice, as "1" and "2"; give it once'],
    [
      'serve echo --model iterative --model event-loop',
      '--model is given twice, as "iterative" and "event-loop"; give it once',
    ],
    [
      'serve echo --log-file a --logFile=b',
      '--log-file is given twice, as "a" and "b"; give it once',
    ],
    ['serve echo --once --no-once', '--once is given twice; give it once'],
    ['chat --name a --name b', '--name is given twice, as "a" and "b"; give it once'],
    ['fetch http://h/ -o a --output b', '--output is given twice, as "a" and "b"; give it once'],
    ['peer h --port 1 --port 2', '--port is given twice, as "1" and "2"; give it once'],
    ['bench --full --full', '--full is given twice; give it once'],
    ['bench --rounds 1 --rounds 2', '--rounds is given twice, as "1" and "2"; give it once'],
  ],
  'a missing argument': [
    ['serve', 'serve needs <service>; for example: handoff serve echo'],
    ['serve --model iterative', 'serve needs <service>; for example: handoff serve echo'],
    ['new', 'new needs <file>; for example: handoff new mine.js'],
    ['timeline', 'timeline needs <log>; for example: handoff timeline server.log'],
    ['timeline -', 'a log from standard input needs -o, such as -o page.html'],
    ['watch --once', 'watch needs <path>; for example: handoff watch admin.sock'],
    ['connect', 'connect needs a service, --port or --socket; for example: handoff connect echo'],
    ['fetch', 'fetch needs <url>; for example: handoff fetch http://127.0.0.1:8080/'],
    ['peer', 'peer needs <peer>, as host:port; for example: handoff peer 192.0.2.7:8080'],
    [
      'bench compare',
      'bench compare needs <before> and <after>; for example: handoff bench compare before.json after.json',
    ],
    [
      'bench compare a',
      'bench compare needs <after>; for example: handoff bench compare before.json after.json',
    ],
    [
      'bench nodes',
      'bench nodes needs <results..>; for example: handoff bench nodes node-20.json node-26.json',
    ],
    [
      'bench report',
      'bench report needs <results>; for example: handoff bench report results.json',
    ],
  ],
  'an argument too many': [
    [
      'serve echo twice',
      '"twice" is one argument too many: serve takes only <service>; see handoff serve --help',
    ],
    [
      'serve echo iterative',
      '"iterative" is one argument too many: serve takes only <service>; did you mean --model iterative?',
    ],
    [
      'serve echo -- --port 7',
      '"--port" is one argument too many: serve takes only <service>; see handoff serve --help',
    ],
    [
      'connect echo extra',
      '"extra" is one argument too many: connect takes only [service]; see handoff connect --help',
    ],
    ['chat alice', '"alice" is one argument too many: chat takes none; see handoff chat --help'],
    [
      'tictactoe 5',
      '"5" is one argument too many: tictactoe takes none; see handoff tictactoe --help',
    ],
    [
      'fetch http://a/ http://b/',
      '"http://b/" is one argument too many: fetch takes only [url]; see handoff fetch --help',
    ],
    [
      'lookup a b c',
      '"c" is one argument too many: lookup takes only [name] and [service]; see handoff lookup --help',
    ],
    [
      'explain iterative event-loop',
      '"event-loop" is one argument too many: explain takes only [model]; see handoff explain --help',
    ],
    ['demo now', '"now" is one argument too many: demo takes none; see handoff demo --help'],
    [
      'new a.js b.js',
      '"b.js" is one argument too many: new takes only <file>; see handoff new --help',
    ],
    [
      'timeline a b -o c.svg',
      '"b" is one argument too many: timeline takes only <log>; see handoff timeline --help',
    ],
    [
      'watch a b',
      '"b" is one argument too many: watch takes only <path>; see handoff watch --help',
    ],
    [
      'services all',
      '"all" is one argument too many: services takes none; see handoff services --help',
    ],
    [
      'bench echo',
      '"echo" is one argument too many: bench takes none; did you mean --scenario echo?',
    ],
    [
      'bench compare a b c',
      '"c" is one argument too many: bench compare takes only <before> and <after>; see handoff bench compare --help',
    ],
    [
      'completion bash x',
      '"x" is one argument too many: completion takes only <shell>; see handoff completion --help',
    ],
  ],
  'an option without effect': [
    [
      'serve echo --model event-loop --threads 4',
      '--threads has no effect with --model event-loop, which has no client threads; it belongs to thread-per-client; leave it out',
    ],
    [
      'serve echo --model iterative --warm 4',
      '--warm has no effect with --model iterative, which has no client threads; it belongs to thread-per-client; leave it out',
    ],
    [
      'serve echo --model event-loop --thread-memory 99',
      '--thread-memory has no effect with --model event-loop, which has no client threads; it belongs to thread-per-client; leave it out',
    ],
    [
      'serve echo --model event-loop --handoff lend',
      '--handoff has no effect with --model event-loop, which has no threads for clients; leave it out',
    ],
    [
      'serve echo --model event-loop --queue 9',
      '--queue has no effect with --model event-loop, where no client waits for another; it belongs to iterative and thread-per-client; leave it out',
    ],
    [
      'serve echo --model event-loop --overflow refuse',
      '--overflow has no effect with --model event-loop, where no client waits for another; it belongs to iterative and thread-per-client; leave it out',
    ],
    [
      'serve echo --max-pause 10',
      '--max-pause has no effect on echo; it belongs to count; leave it out',
    ],
    [
      'serve echo --goodbye 10',
      '--goodbye has no effect on echo; it belongs to hello; leave it out',
    ],
    ['serve chat --root .', '--root has no effect on chat; it belongs to web; leave it out'],
    [
      'serve chat --log-requests',
      '--log-requests has no effect on chat; it belongs to web; leave it out',
    ],
    [
      'serve echo --request-deadline 9',
      '--request-deadline has no effect on echo; it belongs to web; leave it out',
    ],
    ['serve chat --once', '--once has no effect on chat; it belongs to echo; leave it out'],
    [
      'serve echo --dialect hii',
      '--dialect has no effect on echo; it belongs to chat; leave it out',
    ],
    ['serve web --store x', '--store has no effect on web; it belongs to quiz; leave it out'],
    [
      'serve web --questions x',
      '--questions has no effect on web; it belongs to quiz; leave it out',
    ],
    [
      'serve echo --framing chunk',
      '--framing has no effect on echo; it belongs to chat, count, hangman, quiz, tictactoe and work; leave it out',
    ],
    [
      'serve chat --dialect hii --framing line',
      '--framing has no effect with --dialect hii, whose messages are not lines; leave it out',
    ],
    [
      'serve web --line-deadline 9',
      '--line-deadline has no effect on web; it belongs to chat, count, hangman, quiz, tictactoe and work; leave it out',
    ],
    [
      'serve web --login-deadline 9',
      '--login-deadline has no effect on web; it belongs to chat, count, quiz and tictactoe; leave it out',
    ],
    [
      'serve echo --datagram-rate 9',
      '--datagram-rate has no effect without --transport udp; leave it out',
    ],
    [
      'serve echo --transport udp --max-buffer 9',
      '--max-buffer has no effect with --transport udp, which has no connections; leave it out',
    ],
    [
      'serve echo --transport udp --send-deadline 9',
      '--send-deadline has no effect with --transport udp, which has no connections; leave it out',
    ],
    [
      'serve echo --transport udp --once',
      '--once has no effect with --transport udp, which has no connections; leave it out',
    ],
    [
      'serve echo --tls-handshake 9',
      '--tls-handshake has no effect without --tls-cert; leave it out',
    ],
    ['serve echo --watch', '--watch is for a service of your own; echo is built in'],
    [
      'watch a --once --every 50',
      '--every has no effect with --once, which shows one snapshot; leave it out',
    ],
    [
      'peer h --stay --linger 5',
      '--linger has no effect with --stay, which serves until Ctrl-C; leave it out',
    ],
    ['explain --results x', '--results has no effect without <model>; leave it out'],
    [
      'timeline a -o a.svg --projector',
      '--projector has no effect on a.svg; it belongs to .html; leave it out',
    ],
  ],
  'options that exclude each other': [
    [
      'serve echo --socket s --port 1',
      '--socket and --port exclude each other: a socket has no port; leave one out',
    ],
    [
      'serve echo --socket s --host h',
      '--socket and --host exclude each other: a socket has no host; leave one out',
    ],
    [
      'connect --socket s --port 1',
      '--socket and --port exclude each other: a socket has no port; leave one out',
    ],
    ['quiz --login --guest', '--login and --guest exclude each other; leave one out'],
    ['bench --json --csv', '--json and --csv exclude each other; leave one out'],
    ['connect echo --transport udp --socket s', 'datagrams go to a port, not to a --socket'],
    ['timeline a -o a.svg --from 5 --to 3', '--to 3 is not after --from 5'],
  ],
};

for (const [what, some] of Object.entries(rows)) {
  describe(`handoff with ${what}`, () => {
    for (const [line, complaint] of some) {
      it(`refuses: handoff ${line}`, (t) =>
        assertRefused(t, argumentsOf(line), patternOf(complaint)));
    }
  });
}

function argumentsOf(line: string): string[] {
  return line === '' ? [] : line.split(' ').map((word) => (word === "''" ? '' : word));
}

/** A row with `.*` or `\d` is a pattern; any other is the whole message. */
function patternOf(complaint: string): RegExp {
  const isPattern = /\.\*|\\d/.test(complaint);
  const escaped = complaint.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${isPattern ? complaint : escaped}$`);
}

describe('a wrong value', () => {
  const args = ['serve', 'echo'];

  it('names its variable', async () => {
    assert.equal(
      await refusalOf(args, { HANDOFF_MODEL: 'eventloop' }),
      'HANDOFF_MODEL takes iterative, event-loop, thread-per-client or worker-event-loops, not "eventloop"; did you mean event-loop?',
    );
  });

  it('names its file and key, and a key that is no option gets a suggestion', async (t) => {
    const wrong = fileWith(t, '{ "port": -1 }');
    assert.equal(
      await refusalOf([...args, '--config', wrong]),
      `--config ${wrong}: "port" takes a whole number from 0 to 65535, not "-1"`,
    );
    const unknown = fileWith(t, '{ "treads": 1 }');
    assert.equal(
      await refusalOf(args, { HANDOFF_CONFIG: unknown }),
      `HANDOFF_CONFIG ${unknown}: "treads" is no option of this command; did you mean "threads"?`,
    );
  });

  it('names both places of one address, if one source gives two', async (t) => {
    assert.equal(
      await refusalOf(args, { HANDOFF_SOCKET: 's', HANDOFF_PORT: '1' }),
      'HANDOFF_SOCKET and HANDOFF_PORT exclude each other: a socket has no port; leave one out',
    );
    const file = fileWith(t, '{ "socket": "s", "port": 1 }');
    assert.equal(
      await refusalOf([...args, '--config', file]),
      `"socket" of --config ${file} and "port" of --config ${file} exclude each other: a socket has no port; leave one out`,
    );
  });
});

describe('two addresses in the environment', () => {
  const env = { HANDOFF_SOCKET: 's', HANDOFF_PORT: '1' };

  it('are no conflict if the command line has one', async () => {
    assert.match(await refusalOf(['serve', 'ecko', '--port', '2'], env), /^there is no service/);
  });

  it('are no conflict for a command that takes only one of them', async () => {
    assert.match(await refusalOf(['peer'], env), /^peer needs <peer>/);
  });
});

describe('an unknown HANDOFF_ variable', () => {
  for (const [env, warning] of [
    [{ HANDOFF_THREAD: '1' }, 'no command reads HANDOFF_THREAD (did you mean HANDOFF_THREADS?)'],
    [
      { HANDOFF_QXZ: '1', HANDOFF_PROT: '2' },
      'no command reads HANDOFF_QXZ, HANDOFF_PROT (did you mean HANDOFF_PORT?)',
    ],
  ] as const) {
    it(`costs one warning: ${Object.keys(env).join(', ')}`, async (t) => {
      const output = t.mock.method(console, 'error', () => undefined);
      await refusalOf(['serve'], env);
      assert.deepEqual(
        output.mock.calls.map((call) => call.arguments),
        [[`handoff: ${warning}`]],
      );
    });
  }

  it('is none of those that options or the password come from', async (t) => {
    const output = t.mock.method(console, 'error', () => undefined);
    await refusalOf(['serve'], {
      HANDOFF_PASSWORD: 'x',
      HANDOFF_TIMEOUT: 'x',
      HANDOFF_CONFIG: 'x',
    });
    assert.equal(output.mock.callCount(), 0);
  });
});

/** The message of a refused command line. */
async function refusalOf(args: readonly string[], env = {}): Promise<string> {
  const error = await runCommand({ args, env }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) setImmediate(() => process.exit(1));
  assert.ok(error instanceof UsageError, String(error));
  return error.message;
}

function fileWith(t: TestContext, text: string): string {
  const path = join(temporaryDirectory(t), 'config.json');
  writeFileSync(path, text);
  return path;
}
