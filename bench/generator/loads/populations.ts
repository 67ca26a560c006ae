/**
 * One job of several populations at once against one server: short requests beside long ones, sleepers beside workers.
 *
 * Runs in the generator's process; bench/generator/main.ts calls this. Here each gets what it says; closed-loop.ts does the work.
 */
import { runClosedLoop } from './closed-loop.js';
import type { Exchange } from '../sockets/exchange.js';
import type { PopulationSettings, PopulationsJob } from '../protocol/jobs.js';
import { LineExchange } from '../sockets/line-exchange.js';
import { Population } from './population.js';
import type { PopulationsResult } from '../protocol/answers.js';

export function runPopulations(job: PopulationsJob): PopulationsResult {
  // All are learnt before anybody takes the server's time, so that silent clients cannot keep an answer back.
  const learnt = job.populations.map((settings) => ({ settings, exchange: exchangeOf(job, settings) }));
  const members = learnt.map(({ settings, exchange }) => ({
    settings,
    population: new Population(job.port, settings, exchange),
  }));
  const usage = runClosedLoop(
    members.map(({ population }) => population),
    job,
  );
  const populations = members.map(({ settings: { name, clients }, population }) => ({
    ...{ name, clients },
    ...population.result(),
    overdue: population.censored,
  }));
  return { kind: 'populations', populations, ...usage };
}

function exchangeOf({ port, answerLimitMs }: PopulationsJob, { line, answer }: PopulationSettings): Exchange {
  if (answer === undefined) return LineExchange.learn(port, line, answerLimitMs);
  return new LineExchange(line, answer);
}
