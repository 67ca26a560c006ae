/**
 * One load job: N clients in a closed loop against one server, from the first connection to the last close.
 *
 * Runs in the generator's process; bench/generator/main.ts calls this. They are a single population without a rest: closed-loop.ts
 * does the work.
 */
import { runClosedLoop } from './closed-loop.js';
import type { Exchange } from '../sockets/exchange.js';
import type { LoadJob } from '../protocol/jobs.js';
import { ANSWER_LIMIT_MS } from './phases.js';
import { Population } from './population.js';
import type { LoadResult } from '../protocol/answers.js';
import { EchoPayloads } from '../sockets/echo-payloads.js';
import { WebExchange } from '../sockets/web-exchange.js';

export function runLoadJob(job: LoadJob): LoadResult {
  const { port, clients, pauseMs, pattern } = job;
  const habits =
    pattern === 'churn' ? { pattern, clients, thinkMs: pauseMs } : { pattern: 'keep' as const, clients };
  const population = new Population(port, habits, exchangeOf(job));
  const usage = runClosedLoop([population], { ...job, answerLimitMs: ANSWER_LIMIT_MS });
  return { kind: 'loaded', ...population.result(), ...usage };
}

function exchangeOf({ pattern, port, clients, messageBytes }: LoadJob): Exchange {
  return pattern === 'web' ? WebExchange.learn(port) : new EchoPayloads(clients, messageBytes);
}
