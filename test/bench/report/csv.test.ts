import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { csvOf } from '../../../bench/report/csv.js';
import {
  caseOf,
  contenderOf,
  echo,
  experimentOf,
  fileOf,
  rate,
  roundOf,
  threads,
} from '../../support/bench/experiment-samples.js';

const HEAD = 'experiment,case,x,clients,contender,kind,baseline,round,turn,measure,better,value';

describe('csvOf', () => {
  it('has a line for each round and measure with a value', () => {
    const csv = csvOf(
      fileOf([contenderOf('a', [100]), contenderOf('b', [], { skipped: 'no tool' })]),
      [echo],
    );
    assert.deepEqual(csv.split('\r\n'), [
      HEAD,
      'echo,2 clients,2,2,a,model,event-loop,1,1,requestsPerSecond,higher,100',
      'echo,2 clients,2,2,a,model,event-loop,1,1,p99Ns,lower,2000000',
      '',
    ]);
  });

  it('quotes fields with a comma, a quotation mark or a line end', () => {
    const result = caseOf([contenderOf('a "b"', [1])], { name: '2 clients, idle\n' });
    const csv = csvOf(fileOf([], { experiments: [experimentOf([result])] }), [
      { ...echo, measures: [rate], baseline: false },
    ]);
    assert.equal(
      csv,
      `${HEAD}\r\necho,"2 clients, idle\n",2,2,"a ""b""",model,,1,1,requestsPerSecond,higher,1\r\n`,
    );
  });

  it('leaves missing fields empty, and writes Infinity as R and pandas read it', () => {
    const result: Parameters<typeof experimentOf>[0][number] = {
      name: 'one',
      title: 'one',
      contenders: [contenderOf('a', [1])],
    };
    const never = { ...threads, of: () => Infinity };
    const csv = csvOf(fileOf([], { experiments: [experimentOf([result])] }), [
      { ...echo, measures: [never] },
    ]);
    assert.equal(csv.split('\r\n')[1], 'echo,one,,,a,model,event-loop,1,1,threads,,Inf');
  });

  it('has the raw values of an experiment without a definition', () => {
    const round = { ...roundOf(1, 5), values: { threads: 2, jain: 1 } };
    const csv = csvOf(fileOf([contenderOf('m', [], { rounds: [round] })]), []);
    assert.deepEqual(csv.split('\r\n').slice(1, -1), [
      'echo,2 clients,2,2,m,model,,1,1,threads,,2',
      'echo,2 clients,2,2,m,model,,1,1,jain,,1',
    ]);
  });
});
