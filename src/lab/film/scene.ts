/**
 * The scene of the recording: what the clients do while the lab's frames are collected. The process
 * of record.ts.
 *
 *     ordinary clients come ──► visitors, too ──► one computes ──► those that stay leave ──► all gone
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../lab.js';
import { KINDS, STAGES, type Frame, type RowView, type Settings } from '../protocol.js';

/** Threads for the clients that stay, the one that computes, and a visitor. */
export const SETTINGS: Settings = {
  ...{ service: 'work', thinkMs: 500, visitorsPerS: 0, threads: 6, queue: 1024 },
};
const STEADY = 4;
const VISITORS_PER_S = 3;

/** On the scene's clock, in ms. */
const FIRST_AT_MS = 100;
const BETWEEN_MS = 200;
const VISITORS_AT_MS = 900;
const COMPUTING_AT_MS = 1800;
/** After the computation, so that its end is seen. */
const REST_MS = 500;
/** A scene that goes on for longer shows something else. */
const MOST_COMPUTING_MS = 20_000;
const MOST_LEAVING_MS = 20_000;
const LOOK_EVERY_MS = 20;

/**
 * Plays the scene in a lab whose servers are up, without clients.
 * @throws Error if the computation, or the clients' leaving, takes too long
 */
export async function playScene(lab: Lab): Promise<Frame[]> {
  const frames = [lab.frame()];
  const startMs = performance.now();
  const until = (atMs: number) => sleep(Math.max(0, startMs + atMs - performance.now()));
  const unwatch = lab.watch(() => frames.push(lab.frame()));
  try {
    for (let count = 0; count < STEADY; count++) {
      await until(FIRST_AT_MS + count * BETWEEN_MS);
      lab.execute({ do: 'add', kind: 'steady', count: 1 });
    }
    await until(VISITORS_AT_MS);
    lab.execute({ do: 'set', settings: { visitorsPerS: VISITORS_PER_S } });
    await until(COMPUTING_AT_MS);
    lab.execute({ do: 'add', kind: 'computing', count: 1 });
    await where(lab, 'compute', MOST_COMPUTING_MS, hasComputed);
    await sleep(REST_MS);
    lab.execute({ do: 'set', settings: { visitorsPerS: 0 } });
    for (const row of lab.rows) row.release();
    await where(lab, 'leave', MOST_LEAVING_MS, ({ clients }) => clients.length === 0);
  } finally {
    unwatch();
  }
  return [...frames, lab.frame()];
}

/** It has computed, or waits for a server that another client has. */
function hasComputed({ clients }: RowView): boolean {
  return clients.every(
    ([, kind, stage]) =>
      KINDS[kind] !== 'computing' || ['queue', 'done'].includes(STAGES[stage] ?? ''),
  );
}

async function where(lab: Lab, what: string, mostMs: number, holds: (row: RowView) => boolean) {
  const deadlineMs = performance.now() + mostMs;
  while (!lab.frame().rows.every(holds)) {
    if (performance.now() > deadlineMs)
      throw new Error(`the clients of the recording still ${what} after ${mostMs} ms`);
    await sleep(LOOK_EVERY_MS);
  }
}
