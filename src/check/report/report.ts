/** What all formats of a report are made of. Pure. */
import type { CheckResult } from '../check.js';
import type { InferredModel } from '../model.js';

export interface Report {
  readonly exercise: string;
  /** The document and the number of the exercise. */
  readonly source: string;
  /** The server's address or command. */
  readonly server: string;
  readonly results: readonly CheckResult[];
  /** Undefined where it could not be inferred, and for datagrams. */
  readonly model: InferredModel | undefined;
}

interface Counts {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Advice that was not followed. It is in none of the other numbers. */
  readonly advised: number;
}

export function countsOf(results: readonly CheckResult[]): Counts {
  const required = results.filter(({ isAdvice }) => !isAdvice);
  const having = (status: CheckResult['status']) =>
    required.filter((result) => result.status === status).length;
  return {
    total: required.length,
    passed: having('passed'),
    failed: having('failed'),
    skipped: having('skipped'),
    advised: results.filter(({ isAdvice, status }) => isAdvice && status === 'failed').length,
  };
}

/** Whether all that the exercise requires was checked and is right. */
export function isPassed({ results }: Report): boolean {
  const { total, passed } = countsOf(results);
  return passed === total;
}
