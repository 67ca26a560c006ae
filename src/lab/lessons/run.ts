/**
 * Plays a lesson and measures it under each model. The lab's main thread. lessons.ts has the
 * lessons; ../lab.ts gives the means.
 *
 *     preparing (servers with the lesson's threads, no clients) ──► running ──► over
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { scriptOf } from '../clients/script.js';
import type { Kind, LessonResult, LessonView } from '../protocol.js';
import type { Row } from '../rows/row.js';
import type { Lesson } from './lessons.js';

/** What a lesson needs of the lab. */
interface Means {
  readonly rows: readonly Row[];
  /** Resolves when all servers are up, without clients. */
  prepare(threads: number): Promise<void>;
  add(kind: Kind, count: number): void;
  visit(visitorsPerS: number): void;
  /** The clients that would stay leave. */
  release(): void;
  /** Why the machine's numbers are not the models' at the moment. */
  warningNow(): string | undefined;
  /** The clock of the frames. */
  nowMs(): number;
  onChange(): void;
}

/** Between the steps' clients and the first visitors, and for servers that have just started. */
const REST_MS = 300;
const LOOK_EVERY_MS = 100;
const MOST_SETTLING_MS = 30_000;

export class LessonRun {
  readonly #lesson: Lesson;
  readonly #means: Means;
  readonly #over = new AbortController();
  #view: LessonView;

  constructor(lesson: Lesson, means: Means) {
    this.#lesson = lesson;
    this.#means = means;
    this.#view = { id: lesson.id, phase: 'preparing', results: [] };
  }

  get view(): LessonView {
    return this.#view;
  }

  /** Ends a run that is not over; its results are not taken. */
  abort(): void {
    if (!this.#isPlayed) return;
    this.#over.abort();
    // At once: what comes next may want visitors.
    this.#means.visit(0);
  }

  /** Something else was done meanwhile: what would be measured now is not the lesson. */
  disturb(): void {
    if (!this.#isPlayed) return;
    this.abort();
    this.#show({ phase: 'failed', why: 'something else was done meanwhile' });
  }

  get #isPlayed(): boolean {
    const { phase } = this.#view;
    return (phase === 'preparing' || phase === 'running') && !this.#over.signal.aborted;
  }

  /** Never rejects. */
  async play(): Promise<void> {
    try {
      await this.#play();
    } catch (error) {
      if (!this.#over.signal.aborted) this.#show({ phase: 'failed', why: String(error) });
    }
    // A run that was aborted has left the lab to another one, or to the viewer.
    if (this.#over.signal.aborted) return;
    this.#means.visit(0);
    this.#means.release();
  }

  async #play(): Promise<void> {
    const { threads, steps, visitorsPerS, lengthMs, unit } = this.#lesson;
    const { rows } = this.#means;
    await this.#means.prepare(threads);
    await this.#sleep(REST_MS);
    for (const row of rows) row.observe();
    this.#show({ phase: 'running', fromMs: this.#means.nowMs() });
    const due = [...steps].sort((a, b) => a.atMs - b.atMs);
    let warning: string | undefined;
    for (let atMs = 0; atMs < lengthMs; atMs += LOOK_EVERY_MS) {
      while (due[0] && due[0].atMs <= atMs) {
        const { kind, count } = due.shift() ?? { kind: 'silent', count: 0 };
        this.#means.add(kind, count);
      }
      if (atMs === REST_MS) this.#means.visit(visitorsPerS);
      await this.#sleep(LOOK_EVERY_MS);
      warning ??= this.#means.warningNow();
    }
    this.#means.visit(0);
    await this.#settle();
    const results = rows.map((row): LessonResult => {
      const { longestMs, isOpen, moreMb } = row.observed();
      const { model } = row;
      return unit === 'ms'
        ? { model, value: longestMs, isOpen }
        : { model, value: moreMb, isOpen: false };
    });
    this.#show({ phase: 'over', results, ...(warning !== undefined && { warning }) });
  }

  /**
   * Waits until all waits are over, so that they are measured to their end; a busy machine may need
   * long. Behind a client that stays there is no end.
   */
  async #settle(): Promise<void> {
    if (this.#lesson.steps.some(({ kind }) => scriptOf(kind, 0).stays)) return;
    for (let ms = 0; ms < MOST_SETTLING_MS; ms += LOOK_EVERY_MS) {
      if (this.#means.rows.every((row) => row.longestWaitMs === 0)) return;
      await this.#sleep(LOOK_EVERY_MS);
    }
  }

  async #sleep(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#over.signal });
  }

  #show(changed: Partial<LessonView>): void {
    this.#view = { ...this.#view, ...changed };
    this.#means.onChange();
  }
}
