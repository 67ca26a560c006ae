/** The report as one JSON object, for programs. Pure. */
import { countsOf, isPassed, type Report } from './report.js';
import { failureText } from './text.js';

export function jsonText(report: Report): string {
  const { exercise, source, server, results, model } = report;
  const { total, passed, failed, skipped, advised } = countsOf(results);
  return JSON.stringify({
    exercise,
    source,
    server,
    passed: isPassed(report),
    counts: { total, passed, failed, skipped, adviceNotFollowed: advised },
    model: model ?? null,
    checks: results.map((result) => ({
      check: result.sentence,
      status: result.status,
      advice: result.isAdvice,
      durationMs: Math.round(result.durationMs),
      ...(result.status === 'skipped' && { because: result.because }),
      ...(result.status === 'failed' && {
        message: result.failure.message,
        hint: result.failure.hint,
        firstWrongByte: result.failure.mark ?? null,
        lastWords: result.failure.lastWords ?? null,
        output: failureText(result.failure),
      }),
    })),
  });
}
