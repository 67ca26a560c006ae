import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import yargs from 'yargs';
import { wantedScenarios } from '../../../bench/run/selection.js';
import { benchBuilder, benchOptions } from '../../../src/cli/bench.js';

describe('the options of the bench', () => {
  const both = ['iterative', 'event-loop'];
  for (const args of ['--model iterative --model event-loop', '--model iterative event-loop']) {
    it(`accept several models: ${args}`, () => {
      assert.deepEqual(parse(args).contenders, both);
    });
  }

  it('select a full run if experiments are named, otherwise a quick one', () => {
    assert.equal(parse('').length, 'quick');
    assert.equal(parse('--scenario echo').length, 'full');
    assert.ok(parse('--scenario echo').roundMs > parse('').roundMs);
    assert.equal(parse('--scenario echo --duration 7').roundMs, 7);
  });

  it('apply the number of rounds to long cases, too', () => {
    const { rounds, longRounds } = parse('');
    assert.ok(longRounds < rounds);
    assert.deepEqual([parse('--rounds 7').rounds, parse('--rounds 7').longRounds], [7, 7]);
  });
});

describe('--server', () => {
  it('takes a command or an address, and the service of the named experiment', () => {
    const { servers, service } = parse([
      ...['--scenario', 'fan-out', '--server', 'mine=python3 a=b.py {port}'],
      ...['--server', 'prod=tcp://localhost:7000'],
    ]);
    assert.deepEqual(servers, [
      { name: 'mine', at: { command: 'python3 a=b.py {port}' } },
      { name: 'prod', at: { host: 'localhost', port: 7000 } },
    ]);
    assert.equal(service, 'chat');
    assert.equal(parse('--server a=tcp://h:1').service, 'echo');
    assert.equal(
      parse('--server a=tcp://h:1 --scenario churn --service capitalize').length,
      'full',
    );
  });

  it('selects the experiments that fit the service', () => {
    const wanted = (args: string) => wantedScenarios(parse(args)).map(({ name }) => name);
    assert.deepEqual(wanted('--server a=tcp://h:1'), ['control', 'echo', 'churn', 'slow-client']);
    assert.deepEqual(wanted('--server a=tcp://h:1 --service web'), ['control', 'web']);
    assert.deepEqual(wanted('--server a=tcp://h:1 --scenario burst'), ['control', 'burst']);
    assert.ok(wanted('--server a=tcp://h:1 --full').includes('payload'));
    assert.ok(!wanted('--server a=tcp://h:1 --full').includes('idle'));
  });

  for (const [args, message] of [
    [['--server', 'python3 server.py {port}'], /takes 'name=command \{port\}' or/],
    [['--server', '=python3 server.py {port}'], /takes 'name=command \{port\}' or/],
    [['--server', 'a b={port}'], /takes 'name=command \{port\}' or/],
    [['--server', 'mine='], /takes 'name=command \{port\}' or/],
    [['--server', 'mine=python3 server.py'], /mine: the command has no \{port\}/],
    [['--server', 'mine=tcp://host'], /--server mine=tcp:.* takes host:port, not "host"/],
    [['--server', 'event-loop=tcp://h:1'], /the name event-loop is taken/],
    [['--server', 'c-epoll=tcp://h:1'], /the name c-epoll is taken/],
    [['--server', 'a=tcp://h:1', '--server', 'a=tcp://h:2'], /the name a is taken/],
    [
      ['--server', 'a=tcp://h:1', '--scenario', 'web', 'idle', '--service', 'web'],
      /^--scenario idle cannot measure a --server of the service web; these can: web$/,
    ],
    [
      ['--server', 'a=tcp://h:1', '--scenario', 'echo', 'web'],
      /--scenario web cannot .* echo; these can: echo, payload/,
    ],
    [['--service', 'echo'], /belong to --server/],
    [['--remote'], /belong to --server/],
    [['--server', 'a=tcp://h:1', '--own', 'a.js', '--message', 'x'], /leave out --server/],
  ] as const) {
    it(`is refused: ${args.join(' ')}`, () => {
      assert.throws(() => parse(args), { name: 'UsageError', message });
    });
  }
});

/** Parses as the program does: the last of several values wins unless a command says otherwise. */
function parse(args: string | readonly string[]) {
  const program = yargs().parserConfiguration({ 'duplicate-arguments-array': false });
  return benchOptions(benchBuilder(program).parseSync(args));
}
