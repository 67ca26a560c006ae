/**
 * Wrong command lines, which get one line and status 2, and the sources of options: command line,
 * environment and configuration file.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { runCommand } from '../../src/cli/program.js';
import { coverPrograms } from '../support/environment.js';
import { runHandoff, startHandoff, temporaryDirectory, type Outcome } from '../support/handoff.js';
import { assertRefused } from '../support/refusal.js';

coverPrograms();

const bounds = { timeout: 90_000, concurrency: 4 };

/** A path one byte longer than the kernel allows. */
const TOO_LONG = `/tmp/${'x'.repeat(103)}`;

const wrong: [args: string[], complaint: RegExp][] = [
  [[], /command/],
  [['server'], /there is no command "server"; did you mean serve\?/],
  [['serve'], /service|arguments/],
  [['serve', 'ecko'], /there is no service "ecko"; did you mean echo\?/],
  [['serve', 'echo', 'twice'], /twice/],
  [['serve', 'echo', '--prot', '1'], /prot/],
  [['serve', 'echo', '-x'], /x/],
  [['serve', 'echo', '--port'], /port/],
  [['serve', 'echo', '--port', ''], /--port/],
  [['serve', 'echo', '--port', 'abc'], /--port .*"abc"/],
  [['serve', 'echo', '--port', '1.5'], /--port .*"1.5"/],
  [['serve', 'echo', '--port=-1'], /--port .*"-1"/],
  [['serve', 'echo', '--port', '1e3'], /--port .*"1e3"/],
  [['serve', 'echo', '--port', '65536'], /--port .*65535/],
  [['serve', 'echo', '--threads', '0'], /--threads .* 1 to/],
  [['serve', 'echo', '--threads'], /threads/],
  [['serve', 'echo', '--threads', '2', '--warm', '3'], /--warm 3 .*--threads 2/],
  [['serve', 'echo', '--queue', 'many'], /--queue .*"many"/],
  [['serve', 'echo', '--grace', 'ever'], /--grace .*"ever"/],
  [['serve', 'echo', '--idle-timeout', 'NaN'], /--idle-timeout .*"NaN"/],
  [['serve', 'echo', '--model', 'magic'], /magic/],
  [['serve', 'echo', '--model'], /model/],
  [['serve', 'echo', '--overflow', 'drop'], /drop/],
  [['serve', 'echo', '--log-level', 'loud'], /loud/],
  [['serve', 'echo', '--log-file'], /log-file/],
  [['serve', 'echo', '--host', ''], /--host/],
  [['serve', 'echo', '--once=banana'], /--once takes true or false, not "banana"/],
  [['serve', 'echo', '--socket', '/tmp/none', '--port', '1'], /socket.*port|port.*socket/],
  [['serve', 'echo', '--socket', TOO_LONG], /--socket .* 107 bytes .* 108$/],
  [['serve', 'echo', '--admin', TOO_LONG], /--admin .* 107 bytes .* 108$/],
  [['connect', '--socket', TOO_LONG], /--socket .* 107 bytes .* 108$/],
  [['watch', TOO_LONG], /watch .* 107 bytes .* 108$/],
  [
    ['serve', 'echo', '--config', '/nowhere/config.json'],
    /cannot read --config .*: there is no such file/,
  ],
  [['serve', 'echo', '--config'], /config/],
  [['connect'], /a service, --port or --socket/],
  [['connect', 'ecko'], /there is no service "ecko"/],
  [['connect', 'echo', '--port', '0'], /--port .*"0"/],
  [['connect', 'echo', '--threads', '1'], /threads/],
  [['connect', '--socket', '/tmp/none', '--port', '1'], /socket.*port|port.*socket/],
  [['services', '--all'], /all/],
];

describe('handoff', () => {
  for (const [args, complaint] of wrong) {
    it(`rejects: handoff ${args.map((arg) => arg || "''").join(' ')}`, (t) =>
      assertRefused(t, args, complaint));
  }
});

describe('a usage error', bounds, () => {
  for (const [whose, args, complaint] of [
    ['yargs', ['serve', 'echo', '--prot', '1'], /prot/],
    ['an option', ['serve', 'echo', '--port', 'abc'], /--port .*"abc"/],
    ['a command', ['serve', 'ecko'], /there is no service "ecko"/],
    ['the program', [], /a command is expected/],
  ] as const) {
    it(`from ${whose} is one line on standard error, and status 2`, async (t) => {
      assertRefusal(await runHandoff(t, args), complaint);
    });
  }
});

describe('a configuration file', bounds, () => {
  for (const [name, text, complaint] of [
    ['is not JSON', '{ port: 1 }', /cannot read --config/],
    ['does not hold an object', '[1]', /must hold a JSON object/],
    ['has an unknown option', '{ "prot": 1 }', /prot/],
    ['has a text for a number', '{ "port": "abc" }', /--config .*: "port" .*"abc"/],
    ['has a number out of range', '{ "port": 65536 }', /--config .*: "port" .*65535/],
    ['has an unknown value', '{ "model": "magic" }', /--config .*: "model" .*magic/],
    ['has a list for a number', '{ "port": [1, 2] }', /--config .*: "port" /],
    ['has an object for a number', '{ "port": {} }', /--config .*: "port" .*\{\}/],
    ['has a list for a choice', '{ "model": ["event-loop"] }', /--config .*: "model" /],
    ['has a text for a boolean', '{ "log-connections": "maybe" }', /"log-connections" .*"maybe"/],
  ] as const) {
    it(`is rejected when it ${name}`, async (t) => {
      await assertRefused(t, ['serve', 'echo', '--config', fileWith(t, text)], complaint);
    });
  }

  it('gives options; the environment overrides it, and the command line overrides both', async (t) => {
    const config = fileWith(
      t,
      '{ "model": "iterative", "port": 0, "log-level": "debug", "grace": 7 }',
    );
    const env = { HANDOFF_MODEL: 'event-loop', HANDOFF_LOG_LEVEL: 'error' };
    const server = await startHandoff(t, ['echo', '--config', config, '--log-level', 'info'], {
      env,
    });
    const { model, level } = server.log.one('listening');
    assert.deepEqual([model, level], ['event-loop', 'info']);
    assert.deepEqual(await server.stop(), { status: 0, signal: null });
  });

  it('may come from HANDOFF_CONFIG', async (t) => {
    const env = { HANDOFF_CONFIG: fileWith(t, '{ "model": "iterative" }') };
    const server = await startHandoff(t, ['echo'], { env });
    assert.equal(server.log.one('listening').model, 'iterative');
  });
});

describe('the environment', bounds, () => {
  it('gives options under their names in capitals', async (t) => {
    const env = {
      HANDOFF_PORT: '0',
      HANDOFF_MODEL: 'event-loop',
      HANDOFF_LOG_CONNECTIONS: 'false',
    };
    const server = await startHandoff(t, ['echo', '--once'], { env });
    assert.equal(server.log.one('listening').model, 'event-loop');
  });

  it('is checked like the command line', async (t) => {
    const env = { HANDOFF_PORT: 'abc' };
    assertRefusal(await runHandoff(t, ['serve', 'echo'], { env }), /HANDOFF_PORT .*"abc"/);
  });

  it('is refused when a boolean is neither true nor false', async (t) => {
    const env = { HANDOFF_ONCE: 'banana' };
    assertRefusal(
      await runHandoff(t, ['serve', 'echo'], { env }),
      /HANDOFF_ONCE takes true, false, 1 or 0, not "banana"/,
    );
  });

  it('gives the address unless the command line does, even as the other kind of address', async (t) => {
    const path = join(temporaryDirectory(t), 'socket');
    const args = ['echo', '--model', 'event-loop'];
    const atPath = await startHandoff(t, [...args, '--socket', path], {
      env: { HANDOFF_PORT: '1' },
    });
    assert.deepEqual(atPath.address, { path });
    const atPort = await startHandoff(t, [...args, '--port=0'], { env: { HANDOFF_SOCKET: path } });
    assert.ok('port' in atPort.address);
    const { port } = atPort.address;
    const asked = await runHandoff(t, ['connect', '--port', `${port}`], {
      env: { HANDOFF_SOCKET: '/tmp/none' },
      input: 'hello',
    });
    assert.equal(asked.stdout, 'hello');
  });

  it('overrides the address of the configuration file, and must not give two kinds of address', async (t) => {
    const path = join(temporaryDirectory(t), 'socket');
    const config = fileWith(t, '{ "port": 1, "model": "event-loop" }');
    const env = { HANDOFF_SOCKET: path, HANDOFF_CONFIG: config };
    const server = await startHandoff(t, ['echo', '--config', config], { env });
    assert.deepEqual(server.address, { path });
    const both = { HANDOFF_SOCKET: path, HANDOFF_PORT: '1' };
    assertRefusal(
      await runHandoff(t, ['serve', 'echo'], { env: both }),
      /socket.*port|port.*socket/,
    );
    const twice = fileWith(t, JSON.stringify({ port: 1, socket: path }));
    assertRefusal(
      await runHandoff(t, ['serve', 'echo', '--config', twice]),
      /socket.*port|port.*socket/,
    );
  });

  it('may hold variables of other commands', async (t) => {
    const env = { HANDOFF_THREADS: '2', HANDOFF_TRIES: '7', HANDOFF_PASSWORD: 'secret' };
    const server = await startHandoff(t, ['echo', '--model', 'event-loop'], { env });
    const { port } = server.address as { port: number };
    const outcome = await runHandoff(t, ['connect', '--port', `${port}`], { env, input: 'hello' });
    assert.deepEqual(outcome, { status: 0, signal: null, stdout: 'hello', stderr: '' });
    assert.equal((await runHandoff(t, ['services'], { env })).status, 0);
  });
});

/** Asserts one line on standard error, status 2 and no other output. */
function assertRefusal({ status, signal, stdout, stderr }: Outcome, complaint: RegExp): void {
  assert.match(stderr, /^handoff: [^\n]+\n$/);
  assert.match(stderr, complaint);
  assert.deepEqual({ status, signal, stdout }, { status: 2, signal: null, stdout: '' });
}

function fileWith(t: TestContext, text: string): string {
  const path = join(temporaryDirectory(t), 'config.json');
  writeFileSync(path, text);
  return path;
}

describe('the sources of options', () => {
  it('are parameters: the process has no say, and its variables stay', async () => {
    process.env['HANDOFF_QUEUE'] = '1';
    const run = runCommand({ args: ['serve', 'echo'], env: { HANDOFF_PORT: 'abc' } });
    await assert.rejects(run, /HANDOFF_PORT .*"abc"/);
    assert.equal(process.env['HANDOFF_QUEUE'], '1');
    delete process.env['HANDOFF_QUEUE'];
  });
});
