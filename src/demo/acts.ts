/**
 * The acts of the demonstration: what the four clients ask, and the sentence that sums an act up.
 *
 * In the first act the clients pause and hardly compute, so one event loop serves all of them. In
 * the second one client computes for long: it holds the loop, while threads go on. Read clients.ts
 * next.
 */
import type { Section } from '../timeline/placing.js';
import { waitsOf } from '../timeline/states.js';
import { formatDuration, listed, totalMs } from '../timeline/summary.js';
import { CLIENT_NAMES, type Script } from './clients.js';

export interface ActSettings {
  /** Upper bound in milliseconds of the first act's random pauses. */
  readonly maxPauseMs: number;
  /** How long client A computes in the second act, in milliseconds. */
  readonly workMs: number;
}

export interface Act {
  readonly service: string;
  readonly title: string;
  /** The arguments of `handoff serve` after the service and the model. */
  readonly serveArgs: readonly string[];
  /** What each client does, in the order of CLIENT_NAMES. */
  readonly scripts: readonly Script[];
  /** Sums the act up in one sentence, from the logs of the servers. */
  sentence(sections: readonly Section[]): string;
}

/** The service `count` sends eleven lines to each client: name0 … name10. */
const COUNTED_LINES = 11;
/** Requests of a client that does not compute for long, and how they compare to the long one. */
const SHORT_REQUESTS = 6;
const SHORT_SHARE = 0.02;
const PAUSE_SHARE = 0.12;
/** Shorter than a short request: main's lane then shows each of them. */
const LOOP_LAG_MS = 10;

export function actsOf({ maxPauseMs, workMs }: ActSettings): Act[] {
  const short = `work ${Math.round(workMs * SHORT_SHARE)}`;
  const computing = { linesPerRequest: 1, pauseMs: workMs * PAUSE_SHARE };
  return [
    {
      service: 'count',
      title: 'Act 1: the clients pause',
      serveArgs: ['--max-pause', String(maxPauseMs)],
      scripts: CLIENT_NAMES.map((name) => ({
        requests: [name],
        linesPerRequest: COUNTED_LINES,
        pauseMs: 0,
      })),
      sentence: pausesSentence,
    },
    {
      service: 'work',
      title: 'Act 2: client A computes',
      serveArgs: ['--loop-lag', String(LOOP_LAG_MS)],
      scripts: CLIENT_NAMES.map((_name, client) => ({
        ...computing,
        requests:
          client === 0
            ? [short, `work ${workMs}`, short]
            : Array.from({ length: SHORT_REQUESTS }, () => short),
      })),
      sentence: computingSentence,
    },
  ];
}

function pausesSentence(sections: readonly Section[]): string {
  const times = sections.map(
    ({ timeline }) => `${formatDuration(timeline.lengthMs)} under ${timeline.model}`,
  );
  return `All ${CLIENT_NAMES.length} clients were served after ${listed(times)}.`;
}

function computingSentence(sections: readonly Section[]): string {
  const computedMs = sections.flatMap(({ timeline }) =>
    timeline.spans.map(({ served }) => served?.computedMs ?? 0),
  );
  const waits = sections.map(({ timeline }) => {
    const others = timeline.spans.filter(({ connection }) => connection !== 1);
    const longestMs = Math.max(0, ...others.map((span) => totalMs(waitsOf(span))));
    return `${formatDuration(longestMs)} under ${timeline.model}`;
  });
  return `Client A computed for ${formatDuration(Math.max(0, ...computedMs))}; another client waited up to ${listed(waits)}.`;
}
