/**
 * The tables of a run: one for each load case, one for hand-off and capacity, with their notes and warnings.
 *
 * Pure functions over results.ts; format.ts renders what they give. bars.ts has the table of the bars.
 */
import {
  DASH,
  formatCount,
  formatMegabytes,
  formatNs,
  formatShare,
  formatSpread,
  orDash,
  type TextTable,
} from './format.js';
import { ERROR_KINDS } from './protocol.js';
import type { CapacityResult, CaseResult, ContenderResult, HandOffResult } from './results.js';
import { clientsByLittle, ratioOf, spreadOf, summarise, type Summary } from './statistics.js';

export const BASELINE = 'event-loop';
/** From this share of a core on, the generator may be what limits. */
const GENERATOR_LIMIT = 0.9;
/** More than this share of a core used by other programs, and the machine is not quiet. */
const OTHERS_LIMIT = 0.2;
/** How far rate times latency may be from the number of clients before it is remarked. */
const LITTLE_TOLERANCE = 0.1;

const HEAD = ['p50', 'p99', 'p99.9', 'max', 'CPU', 'MB', 'threads', 'errors', 'served', `of ${BASELINE}`];

export function caseTable(result: CaseResult): TextTable {
  const head = ['server', result.pattern === 'fan-out' ? 'deliveries/s' : 'requests/s', ...HEAD];
  const rows = result.contenders.map((contender) => {
    const summary = summarise(contender);
    return summary === undefined
      ? [contender.name, ...head.slice(1).map(() => DASH)]
      : [contender.name, ...figures(summary, result)];
  });
  const notes = [...result.contenders.flatMap((one) => notesOn(one, result)), ...noteOnOthers(result)];
  return { title: result.title, head, rows, notes };
}

function figures(summary: Summary, result: CaseResult): string[] {
  const { latency } = summary;
  const ifAny = (valueNs: number) => (latency.count === 0 ? DASH : formatNs(valueNs));
  return [
    formatCount(summary.requestsPerSecond),
    ifAny(latency.percentile(50)),
    ifAny(latency.percentile(99)),
    ifAny(latency.percentile(99.9)),
    ifAny(latency.maxNs),
    orDash(summary.serverCpuShare, formatShare),
    orDash(summary.rssBytes, formatMegabytes),
    orDash(summary.threads, formatCount),
    formatCount(summary.errors),
    `${summary.clientsServed}/${result.clients}`,
    summary.name === BASELINE ? '1' : orDash(ratioOf(result, summary.name, BASELINE), formatSpread),
  ];
}

function notesOn(contender: ContenderResult, { pattern }: CaseResult): string[] {
  const { name, skipped, failed, rounds } = contender;
  const notes: string[] = [];
  if (skipped !== undefined) notes.push(`${name}: skipped, ${skipped}`);
  if (failed !== undefined) notes.push(`${name}: FAILED, ${failed}`);
  const kinds = ERROR_KINDS.flatMap((kind) => {
    const count = rounds.reduce((total, round) => total + round.errors[kind], 0);
    return count === 0 ? [] : [`${count} ${kind}`];
  });
  if (kinds.length > 0) notes.push(`${name}: errors: ${kinds.join(', ')}`);
  const summary = summarise(contender);
  if (summary === undefined) return notes;
  if (summary.generatorCpuShare > GENERATOR_LIMIT) {
    const share = formatShare(summary.generatorCpuShare);
    notes.push(
      `${name}: the generator used ${share} of a core and may be what limits; this is a lower bound`,
    );
  }
  // A sender waits for the last of 63 receipts, and the latencies are those of all: they do not add up to clients.
  if (pattern === 'fan-out') return notes;
  const busy = clientsByLittle(contender) ?? 0;
  const served = summary.clientsServed;
  if (served > 0 && Math.abs(busy / served - 1) > LITTLE_TOLERANCE) {
    notes.push(
      `${name}: rate × mean latency is ${busy.toFixed(1)} clients, not ${served}: some waited beyond the window`,
    );
  }
  return notes;
}

/** A busy machine makes every figure of the case doubtful, and the spread of its ratios wide. */
function noteOnOthers({ contenders }: CaseResult): string[] {
  const shares = contenders
    .flatMap(({ rounds }) => rounds.map((round) => round.othersCpuShare))
    .filter((share) => share !== undefined);
  const share = spreadOf(shares)?.median ?? 0;
  if (share <= OTHERS_LIMIT) return [];
  return [`other programs used ${formatShare(share)} of a core meanwhile: measure again on a quiet machine`];
}

/** The generator's own load over a run: one line, so that nobody has to look into the file for it. */
export function generatorLine(cases: readonly CaseResult[]): string {
  const shares = cases.flatMap(({ contenders }) =>
    contenders.flatMap(({ rounds }) => rounds.map((round) => round.generatorCpuShare)),
  );
  if (shares.length === 0) return 'The generator had nothing to do.';
  const busiest = Math.max(...shares);
  return `The generator used ${formatShare(Math.min(...shares))} to ${formatShare(busiest)} of a core.`;
}

export function handOffTable({ connections, medianMs, p99Ms, maxMs }: HandOffResult): TextTable {
  return {
    title: 'hand-off: from accept to the first instruction of the handler on a warm thread',
    head: ['model', 'connections', 'median', 'p99', 'max'],
    rows: [
      [
        'thread-per-client',
        formatCount(connections),
        ...[medianMs, p99Ms, maxMs].map((ms) => formatNs(ms * 1e6)),
      ],
    ],
    notes: [],
  };
}

export function capacityTable({ threads, idle, remarks }: CapacityResult): TextTable {
  const rows: string[][] = [];
  if (threads !== undefined) {
    const { hold, bytesPerThread } = threads;
    const each = `${formatMegabytes(bytesPerThread)} MB a thread`;
    rows.push(['thread-per-client, each on its own thread', formatCount(hold.answered), each]);
  }
  if (idle !== undefined) {
    const silent = `${(idle.bytesPerClient / 1e3).toFixed(1)} kB`;
    const answered = `${(idle.bytesPerClientAnswered / 1e3).toFixed(1)} kB a client`;
    rows.push(['event-loop, idle, nothing said yet', formatCount(idle.clients), `${silent} a client`]);
    rows.push(['event-loop, idle, each answered once', formatCount(idle.answered), answered]);
  }
  return { title: 'capacity', head: ['model', 'clients at once', 'memory'], rows, notes: [...remarks] };
}
