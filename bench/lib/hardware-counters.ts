/**
 * Hardware counters of a server under load, by `perf stat`: cycles, instructions, cache misses. In
 * the runner. Many virtual machines offer none; then a report says so instead of showing dashes.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { startChild } from './cleanup.js';

const EVENTS = ['cycles', 'instructions', 'cache-misses'] as const;
type Event = (typeof EVENTS)[number];

/** By event; an event that the processor does not count is left out. */
type Counts = Readonly<Partial<Record<Event, number>>>;

/** Why this machine has no hardware counters; undefined if it has. */
export function withoutCounters(): string | undefined {
  const { error, status, stderr } = spawnSync('perf', [...statArguments(), '--', 'true'], {
    encoding: 'utf8',
  });
  if (error !== undefined) return 'perf is not installed';
  if (status !== 0) return `perf stat fails: ${firstLine(stderr)}`;
  if (Object.keys(countsIn(stderr)).length > 0) return undefined;
  return `perf stat counts none of ${EVENTS.join(', ')} here; most virtual machines hide them`;
}

/** Counts what all threads of the processes do while `work` runs. */
export async function countDuring<Result>(
  pids: readonly number[],
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly counts: Counts }> {
  const perf = startChild(() =>
    spawn('perf', [...statArguments(), '-p', pids.join(',')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    }),
  );
  let output = '';
  perf.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const closed = once(perf, 'close');
  await once(perf, 'spawn');
  try {
    const result = await work();
    // perf prints its counts when it is interrupted.
    perf.kill('SIGINT');
    await closed;
    return { result, counts: countsIn(output) };
  } finally {
    perf.kill('SIGKILL');
  }
}

/** Parses the lines of `perf stat -x,`: the count, its unit, the event's name, and more. */
export function countsIn(output: string): Counts {
  const counts: Partial<Record<Event, number>> = {};
  for (const line of output.split('\n')) {
    const [count = '', , name = ''] = line.split(',');
    const event = EVENTS.find((one) => name === one || name.startsWith(`${one}:`));
    if (event !== undefined && /^\d+$/.test(count)) counts[event] = Number(count);
  }
  return counts;
}

function statArguments(): string[] {
  return ['stat', '-x,', '-e', EVENTS.join(',')];
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
