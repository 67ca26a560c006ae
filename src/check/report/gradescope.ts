/**
 * The report as Gradescope's results.json: each required check is a test of equal worth, advice is
 * a test of no worth. Pure. The format is described at gradescope-autograders.readthedocs.io.
 */
import type { CheckResult } from '../check.js';
import { countsOf, type Report } from './report.js';
import { failureText } from './text.js';

/** @param points of the whole exercise */
export function gradescopeText(report: Report, points: number): string {
  const { results, exercise, source, model } = report;
  const { total } = countsOf(results);
  const seconds = results.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000;
  const worth = rounded(points / Math.max(1, total));
  return JSON.stringify({
    output: `${exercise} (${source})${model ? `\nmodel: ${model.name}: ${model.evidence}` : ''}`,
    output_format: 'text',
    execution_time: rounded(seconds),
    score: rounded((points * countsOf(results).passed) / Math.max(1, total)),
    tests: results.map((result) => ({
      name: result.isAdvice ? `advice: ${result.sentence}` : result.sentence,
      status: result.status === 'passed' ? 'passed' : 'failed',
      score: result.status === 'passed' && !result.isAdvice ? worth : 0,
      max_score: result.isAdvice ? 0 : worth,
      output: outputOf(result),
      visibility: 'visible',
    })),
  });
}

function outputOf(result: CheckResult): string {
  switch (result.status) {
    case 'passed':
      return '';
    case 'skipped':
      return `skipped: ${result.because}`;
    case 'failed':
      return failureText(result.failure);
  }
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
