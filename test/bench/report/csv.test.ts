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
  it('has a line for every round and measure that the round knows', () => {
    const csv = csvOf(fileOf([contenderOf('a', [100]), contenderOf('b', [], { skipped: 'no tool' })]), [
      echo,
    ]);
    assert.deepEqual(csv.split('\r\n'), [
      HEAD,
      'echo,2 clients,2,2,a,model,event-loop,1,1,requestsPerSecond,higher,100',
      'echo,2 clients,2,2,a,model,event-loop,1,1,p99Ns,lower,2000000',
      '',
    ]);
  });

  it('quotes what holds a comma, a quotation mark or the end of a line', () => {
    const result = caseOf([contenderOf('a "b"', [1])], { name: '2 clients, idle\n' });
    const csv = csvOf(fileOf([], { experiments: [experimentOf([result])] }), [
      { ...echo, measures: [rate], baseline: false },
    ]);
    assert.equal(
      csv,
      `${HEAD}\r\necho,"2 clients, idle\n",2,2,"a ""b""",model,,1,1,requestsPerSecond,higher,1\r\n`,
    );
  });

  it('leaves empty what is not there, and writes an end that never comes as R and pandas read it', () => {
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

  it('gives the raw values of an experiment that nobody defines', () => {
    const round = { ...roundOf(1, 5), values: { b: 2, a: 1 } };
    const csv = csvOf(fileOf([contenderOf('m', [], { rounds: [round] })]), []);
    assert.deepEqual(csv.split('\r\n').slice(1, -1), [
      'echo,2 clients,2,2,m,model,,1,1,b,,2',
      'echo,2 clients,2,2,m,model,,1,1,a,,1',
    ]);
  });
});
