/**
 * The six lessons: what happens, what the viewer predicts, what is measured, and why it is so. Pure;
 * the page shows the texts, run.ts plays the steps.
 *
 * All lessons ask one question about each model, whose answer is a number on one side of a limit. A
 * model that is new takes part without a change here.
 */
import type { Kind } from '../protocol.js';

export interface Lesson {
  readonly id: string;
  readonly title: string;
  /** What happens, in the order in which it does. */
  readonly story: string;
  /** Begins with `Under which models`; the answer: those whose value is above the limit. */
  readonly question: string;
  /** A heading for the measured value. */
  readonly measured: string;
  readonly unit: 'ms' | 'MB';
  readonly limit: number;
  /** Why, in a few sentences that fit beside the rows. */
  readonly explanation: string;
  readonly threads: number;
  readonly steps: readonly Step[];
  readonly visitorsPerS: number;
  /** From the first step to the measurement, in ms. */
  readonly lengthMs: number;
}

interface Step {
  readonly atMs: number;
  readonly kind: Kind;
  readonly count: number;
}

const WAITING = {
  question: 'Under which models does a visitor wait for more than half a second?',
  measured: 'longest wait of a visitor',
  unit: 'ms',
  limit: 500,
} as const;

export const LESSONS: readonly Lesson[] = [
  {
    id: 'head-of-line',
    title: 'Head-of-line blocking',
    story:
      'A client connects and says nothing. Then five visitors a second come: each asks for 1 ms of work and leaves.',
    ...WAITING,
    explanation:
      'An iterative server stays with one connection until it ends, so a client that says nothing holds up all that come later. An event loop serves the others while one client is silent, and so do threads.',
    threads: 8,
    steps: [{ atMs: 0, kind: 'silent', count: 1 }],
    visitorsPerS: 5,
    lengthMs: 3000,
  },
  {
    id: 'computing',
    title: 'Computing on the loop',
    story:
      'Ten visitors a second come. After one second, one client asks for a second of computing.',
    ...WAITING,
    explanation:
      'While one request computes on a loop, that loop serves no other client. An event loop is then no better than an iterative server: it helps only while clients wait, as in lesson 1. Of several loops, one is held with its clients; on a thread of its own, the request takes only a share of the cores.',
    threads: 8,
    steps: [{ atMs: 1000, kind: 'computing', count: 1 }],
    visitorsPerS: 10,
    lengthMs: 4000,
  },
  {
    id: 'waiting-threads',
    title: 'Waiting threads',
    story:
      'A server may have four threads. Four clients connect and say nothing; then visitors come.',
    ...WAITING,
    explanation:
      'A thread that blocks in recv belongs to its client even while that says nothing, so as many silent clients as threads keep all others in the queue; a loop needs no thread to wait.',
    threads: 4,
    steps: [{ atMs: 0, kind: 'silent', count: 4 }],
    visitorsPerS: 5,
    lengthMs: 3000,
  },
  {
    id: 'many-threads',
    title: 'Too many threads',
    story: 'A server may have forty threads, and forty clients connect and say nothing.',
    question: 'Under which models does the server need more than 100 MB more memory?',
    measured: 'more memory',
    unit: 'MB',
    limit: 100,
    explanation:
      'Each thread here has a JavaScript engine of its own, several megabytes, however little its client says; a connection on a loop costs some kilobytes.',
    threads: 40,
    steps: [{ atMs: 0, kind: 'silent', count: 40 }],
    visitorsPerS: 0,
    lengthMs: 8000,
  },
  {
    id: 'burst',
    title: 'Burst and backlog',
    story:
      'A hundred guests come at once; the answer of each takes 50 ms in which the server only waits, as for a disk.',
    question: 'Under which models does a guest wait for more than two seconds?',
    measured: 'longest wait of a guest',
    unit: 'ms',
    limit: 2000,
    explanation:
      'Waiting can overlap: one at a time, a hundred waits follow each other; a loop waits for all of them together, and threads for as many as there are.',
    threads: 16,
    steps: [{ atMs: 0, kind: 'guest', count: 100 }],
    visitorsPerS: 0,
    lengthMs: 7000,
  },
  {
    id: 'slow-reader',
    title: 'Slow reader',
    story: 'A client asks without end and reads no answer. Then five visitors a second come.',
    ...WAITING,
    explanation:
      'When the buffers on the way are full, a send to this client must wait for it: that stops a server which has only this client, occupies one of many threads, and costs a loop only memory.',
    threads: 8,
    steps: [{ atMs: 0, kind: 'unread', count: 1 }],
    visitorsPerS: 5,
    lengthMs: 5000,
  },
];

export function lessonOf(id: string): Lesson | undefined {
  return LESSONS.find((lesson) => lesson.id === id);
}
