/**
 * Draws the logs of the lab's servers: a picture or a trace, as `handoff timeline` does. A thread of
 * its own for each drawing; exports.ts starts it and has the messages.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { summarize } from '../../timeline/summary.js';
import { timelineOf, type Timeline } from '../../timeline/connections.js';
import { drawTimelines } from '../../timeline/picture.js';
import { pickRun, readLines } from '../../timeline/read-log.js';
import { traceText } from '../../timeline/trace-events.js';
import type { DrawingInput, DrawingName, DrawingOutput } from './exports.js';

const DRAWINGS: Readonly<Record<DrawingName, (timelines: readonly Timeline[]) => string>> = {
  picture: (timelines) =>
    drawTimelines(
      timelines.map((timeline) => ({
        title: timeline.model,
        sentence: summarize(timeline),
        timeline,
      })),
    ),
  trace: (timelines) => [...traceText(timelines)].join(''),
};

/** Of the servers that have had a client. */
async function timelinesOf(logs: Iterable<readonly string[]>): Promise<Timeline[]> {
  const timelines = [];
  for (const lines of logs) {
    const log = await readLines(lines);
    if (log.runs.length === 0) continue;
    const timeline = timelineOf(pickRun(log, undefined));
    if (timeline.spans.length > 0) timelines.push(timeline);
  }
  return timelines;
}

const logs = new Map<number, string[]>();
parentPort?.on('message', (input: DrawingInput) => {
  if (input) {
    const lines = logs.get(input.server) ?? [];
    logs.set(input.server, lines);
    for (const line of input.text.split('\n')) if (line !== '') lines.push(line);
  } else void drawAndSend();
});

/** An error ends the thread, whose starter gets it. */
async function drawAndSend(): Promise<void> {
  const timelines = await timelinesOf(logs.values());
  if (timelines.length === 0) {
    parentPort?.postMessage(undefined satisfies DrawingOutput);
    return;
  }
  const bytes = new TextEncoder().encode(DRAWINGS[workerData as DrawingName](timelines));
  parentPort?.postMessage(bytes satisfies DrawingOutput, [bytes.buffer]);
}
