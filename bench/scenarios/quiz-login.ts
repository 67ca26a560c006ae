/**
 * Quiz login: each login hashes a password, which is slow on purpose, next to clients with trivial
 * requests.
 */
import { connect } from 'node:net';
import { errors, percentile, served, serverCpu, valueOf } from '../analysis/measures.js';
import { comparing } from '../analysis/sentences.js';
import { latencyPlot, ratePlot } from './plots.js';
import { populationsCase } from './populations.js';
import type { Case, Scenario } from './scenario.js';

const NAME = 'ann';
const PASSWORD = 'correct horse';

const logins = valueOf('loginsPerSecond', {
  label: 'logins/s',
  better: 'higher',
  format: (value) => value.toFixed(1),
});
const othersP99 = percentile(99, 'others');

export const quizLogin: Scenario = {
  name: 'quiz-login',
  partOf: 'full',
  question: 'What do logins with slow password hashes cost, and which clients wait for them?',
  prediction:
    "The hashing runs in libuv's thread pool in every model, not on the loop. So the models do as many logins as the " +
    'cores allow, and other clients wait for a core, not for a login. The iterative server hashes for one client at a time.',
  lookAt: 'Logins/s, and p99 of other clients that ask for a line.',
  axis: { label: '', scale: 'none' },
  measures: [
    logins,
    percentile(50, 'logins'),
    percentile(50, 'others'),
    othersP99,
    serverCpu,
    errors,
    served,
  ],
  plots: [
    ratePlot('Logins', logins),
    latencyPlot('others-p99', 'Other clients while some log in: p99', othersP99),
  ],
  async measure(bench) {
    const it = populationsCase({
      name: 'logins',
      title: 'quiz-login: 8 clients connect, log in and leave; 4 others ask for a line every 10 ms',
      service: 'quiz',
      args: ['--store', ':memory:'],
      populations: [
        {
          name: 'logins',
          clients: 8,
          pattern: 'churn',
          line: `LOGIN ${NAME} ${PASSWORD}`,
          answer: `OK welcome back, ${NAME}`,
        },
        { name: 'others', clients: 4, pattern: 'churn', line: 'A', thinkMs: 10 },
      ],
      minWindowMs: 1000,
      // The server still hashes for clients that have left: eight logins take about a second. A
      // window in that time would have no login at all.
      settleMs: 1500,
      // scrypt is C: no code needs to be compiled first.
      maxWarmUps: 0,
      check: register,
    });
    return { cases: await bench.compare([it], bench.contenders('quiz')), remarks: [] };
  },
  seen: comparing(logins, othersP99),
};

/** Registers the account of all logins; each server has a store of its own. */
const register: NonNullable<Case['check']> = (_generator, { port }) =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    let answer = '';
    socket
      .setEncoding('utf8')
      .setTimeout(10_000, () => socket.destroy(new Error('no answer to REGISTER')));
    socket.on('data', (text: string) => {
      answer += text;
      if (!answer.includes('\n')) return;
      socket.destroy();
      if (answer.startsWith('OK ')) resolve();
      else reject(new Error(`the answer to REGISTER is ${JSON.stringify(answer)}`));
    });
    socket.once('error', reject);
    socket.write(`REGISTER ${NAME} ${PASSWORD}\n`);
  });
