/**
 * The logs of the lab's servers since their last start, as a log, a picture or a trace: what
 * `handoff timeline` makes of log files. The lab's main thread, when a page asks.
 */
import { summarize } from '../../timeline/summary.js';
import { timelineOf } from '../../timeline/connections.js';
import { drawTimelines } from '../../timeline/picture.js';
import { pickRun, readLines } from '../../timeline/read-log.js';
import { traceText } from '../../timeline/trace-events.js';

/** The lines of each server's log. */
type Logs = readonly (readonly string[])[];

export interface Export {
  readonly type: string;
  readonly name: string;
  /** @returns undefined if no client has connected yet */
  readonly make: (logs: Logs) => Promise<string | undefined>;
}

/** By the last part of the path. */
export const EXPORTS: Readonly<Record<string, Export>> = {
  log: {
    type: 'application/x-ndjson; charset=utf-8',
    name: 'lab.log',
    make: (logs) => Promise.resolve(logs.flat().join('\n') + '\n'),
  },
  picture: {
    type: 'image/svg+xml; charset=utf-8',
    name: 'lab.svg',
    async make(logs) {
      const timelines = await timelinesOf(logs);
      if (timelines.length === 0) return undefined;
      return drawTimelines(
        timelines.map((timeline) => ({
          title: timeline.model,
          sentence: summarize(timeline),
          timeline,
        })),
      );
    },
  },
  trace: {
    type: 'application/json; charset=utf-8',
    name: 'lab-trace.json',
    async make(logs) {
      const timelines = await timelinesOf(logs);
      return timelines.length === 0 ? undefined : [...traceText(timelines)].join('');
    },
  },
};

/** Of the servers that have had a client. */
async function timelinesOf(logs: Logs) {
  const timelines = [];
  for (const lines of logs) {
    const log = await readLines(lines);
    if (log.runs.length === 0) continue;
    const timeline = timelineOf(pickRun(log, undefined));
    if (timeline.spans.length > 0) timelines.push(timeline);
  }
  return timelines;
}
