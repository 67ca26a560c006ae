/** Slow client: clients that hold a connection and send nothing (head-of-line blocking). */
import type { CaseResult, Margins } from '../analysis/experiment.js';
import { CLOSED_LOOP, p99, served } from '../analysis/measures.js';
import { NOTHING_SEEN, changed, joined, numberOf, shown } from '../analysis/sentences.js';
import { TEXT_SERVICES } from '../contenders/contender.js';
import { closedLoop } from './closed-loop.js';
import { latencyPlot } from './plots.js';
import type { Scenario } from './scenario.js';

const CLIENTS = 16;
const WITHOUT = 'without silent clients';
const WITH = '16 silent clients';

export const slowClient: Scenario = {
  name: 'slow-client',
  partOf: 'quick',
  serverServices: TEXT_SERVICES,
  question: 'How do clients that connect first and then send nothing delay the others?',
  prediction:
    'The iterative server takes the first silent client and waits in recv, so it serves no other client: head-of-line ' +
    'blocking. A thread per client has one sleeping thread for each silent client, and an event loop an entry in a ' +
    'table. Both serve the working clients as if the silent ones did not exist.',
  lookAt: 'Clients served, then p99 with and without silent clients: at most twice as long.',
  axis: { label: 'silent clients', scale: 'none' },
  measures: CLOSED_LOOP,
  plots: [latencyPlot('p99', 'p99 of 16 working clients, without and with 16 silent ones', p99)],
  async measure(bench) {
    const cases = [
      { name: WITHOUT, silentClients: 0 },
      { name: WITH, silentClients: CLIENTS },
    ].map(({ name, silentClients }) =>
      closedLoop({
        name,
        title: `slow-client: 16 clients work, ${name}`,
        x: silentClients,
        pattern: 'echo',
        textService: bench.textService,
        clients: CLIENTS,
        silentClients,
      }),
    );
    return { cases: await bench.compare(cases, bench.contenders(bench.textService)), remarks: [] };
  },
  seen({ cases }, margins) {
    // The name of a case may end in its service.
    const [without, withSilent] = [WITHOUT, WITH].map((words) =>
      cases.find(({ name }) => name.startsWith(words)),
    );
    if (withSilent === undefined) return NOTHING_SEEN;
    return joined(
      ...withSilent.contenders.map(({ name }) => seenOf(name, without, withSilent, margins)),
    );
  },
};

function seenOf(
  name: string,
  without: CaseResult | undefined,
  withSilent: CaseResult,
  margins: Margins | undefined,
): string {
  const clients = numberOf(withSilent, served, name);
  if (clients === undefined) return '';
  if (clients === 0) {
    return name === 'iterative'
      ? `${name} served no client: it waited for the first silent client.`
      : `${name} served no client.`;
  }
  const few = clients < CLIENTS ? `, for ${clients} of ${CLIENTS} clients` : '';
  const times = without && changed([without, withSilent], p99, name, 'without them', margins);
  const than = times === undefined ? '' : `, ${times}`;
  return `${name}: p99 ${shown(withSilent, p99, name) ?? 'unknown'} with silent clients${few}${than}.`;
}
