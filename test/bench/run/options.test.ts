import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import yargs from 'yargs';
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

/** Parses as the program does: the last of several values wins unless a command says otherwise. */
function parse(args: string) {
  const program = yargs().parserConfiguration({ 'duplicate-arguments-array': false });
  return benchOptions(benchBuilder(program).parseSync(args));
}
