/** Clients who hold a connection and say nothing: head-of-line blocking. */
import type { CaseResult } from '../analysis/experiment.js';
import { CLOSED_LOOP, p99, served } from '../analysis/measures.js';
import { NOTHING_SEEN, caseNamed, changed, joined, numberOf, shown } from '../analysis/sentences.js';
import type { Margins } from '../analysis/verdicts.js';
import { closedLoop } from './closed-loop.js';
import type { Scenario } from './scenario.js';

const CLIENTS = 16;
const WITHOUT = 'without silent clients';
const WITH = '16 silent clients';

export const slowClient: Scenario = {
  name: 'slow-client',
  partOf: 'quick',
  question: 'What do clients who connect first and then say nothing do to the others?',
  prediction:
    'The iterative server takes the first of them and waits in recv: nobody else is served, which is head-of-line ' +
    'blocking. A thread per client has one thread asleep for each, and an event loop an entry in a table: both ' +
    'serve the working clients as if the silent ones were not there.',
  lookAt: 'Clients served, then p99 with silent clients beside p99 without: at most twice as long.',
  axis: { label: 'silent clients', scale: 'none' },
  measures: CLOSED_LOOP,
  plots: [
    {
      name: 'p99',
      title: 'p99 of 16 working clients, without and with 16 silent ones',
      measure: p99,
      scale: 'log',
      label: 'ms',
      unit: 1e6,
    },
  ],
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
        clients: CLIENTS,
        silentClients,
      }),
    );
    return { cases: await bench.compare(cases, bench.contenders('echo')), remarks: [] };
  },
  seen(result, margins) {
    const [without, withSilent] = [caseNamed(result, WITHOUT), caseNamed(result, WITH)];
    if (withSilent === undefined) return NOTHING_SEEN;
    return joined(...withSilent.contenders.map(({ name }) => seenOf(name, without, withSilent, margins)));
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
  if (clients === 0 && name !== 'iterative') return `${name} served nobody.`;
  if (clients === 0) {
    return `${name} stopped: it had taken the first silent client and waited for it, so none of the others was served.`;
  }
  const few = clients < CLIENTS ? `, of ${clients} of ${CLIENTS} clients` : '';
  const times = without && changed([without, withSilent], p99, name, 'without them', margins);
  const than = times === undefined ? '' : `, ${times}`;
  return `${name}: p99 ${shown(withSilent, p99, name) ?? 'unknown'} with silent clients${few}${than}.`;
}
