/** Logins, each of which hashes a password on purpose slowly, beside clients that ask for next to nothing. */
import { connect } from 'node:net';
import { errors, percentile, served, serverCpu, valueOf } from '../analysis/measures.js';
import { comparedWith, joined } from '../analysis/sentences.js';
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
  question:
    'What do logins cost, whose passwords are hashed slowly on purpose, and whom do they keep waiting?',
  prediction:
    "The hashing runs in libuv's thread pool in every model, beside the loop, so the models do as many logins as the " +
    'cores allow, and other clients wait for a core, not for a login. The iterative server hashes for one client at a time.',
  lookAt: 'Logins/s, and the p99 of clients that ask for a line meanwhile.',
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
    { name: 'rate', title: 'Logins', measure: logins, scale: 'linear', label: 'logins/s' },
    {
      name: 'others-p99',
      title: 'Other clients while some log in: p99',
      measure: othersP99,
      scale: 'log',
      label: 'ms',
      unit: 1e6,
    },
  ],
  async measure(bench) {
    const it = populationsCase({
      name: 'logins',
      title: 'quiz-login: 8 clients come, log in and leave; 4 others ask for a line every 10 ms',
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
      leastMs: 1000,
      // The logins of clients that have left are hashed all the same, eight of them in about a second; a window that began
      // in that time saw no login at all.
      settleMs: 1500,
      // scrypt is C: nothing of it has to be compiled first.
      mostWarmUps: 0,
      check: register,
    });
    const contenders = bench.contenders('quiz');
    return { cases: await bench.compare([it], contenders), remarks: [] };
  },
  seen: ({ cases }, margins) =>
    joined(
      ...cases.flatMap((one) => [comparedWith(one, logins, margins), comparedWith(one, othersP99, margins)]),
    ),
};

/** The account that all of them log into: each server has a store of its own. */
const register: Case['check'] = (_generator, { port }) =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    let answer = '';
    socket
      .setEncoding('utf8')
      .setTimeout(10_000, () => socket.destroy(new Error('REGISTER was not answered')));
    socket.on('data', (text: string) => {
      answer += text;
      if (!answer.includes('\n')) return;
      socket.destroy();
      if (answer.startsWith('OK ')) resolve();
      else reject(new Error(`REGISTER was answered ${JSON.stringify(answer)}`));
    });
    socket.once('error', reject);
    socket.write(`REGISTER ${NAME} ${PASSWORD}\n`);
  });
