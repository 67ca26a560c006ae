/**
 * The report as JUnit's XML, which continuous integration shows beside other tests. Advice that is
 * not followed counts as skipped, not as failed. Pure.
 */
import type { CheckResult } from '../check.js';
import { countsOf, type Report } from './report.js';
import { failureText } from './text.js';

export function junitText({ exercise, server, results }: Report): string {
  const { failed } = countsOf(results);
  const skipped = results.filter((result) => outcomeOf(result).startsWith('<skipped')).length;
  const seconds = secondsOf(results.reduce((sum, { durationMs }) => sum + durationMs, 0));
  const cases = results.map(
    (result) =>
      `  <testcase classname="${escaped(exercise)}" name="${escaped(result.sentence)}" ` +
      `time="${secondsOf(result.durationMs)}">${outcomeOf(result)}</testcase>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="${escaped(`${exercise}: ${server}`)}" tests="${results.length}" ` +
      `failures="${failed}" skipped="${skipped}" time="${seconds}">`,
    ...cases,
    '</testsuite>\n',
  ].join('\n');
}

function outcomeOf(result: CheckResult): string {
  switch (result.status) {
    case 'passed':
      return '';
    case 'skipped':
      return `<skipped message="${escaped(result.because)}"/>`;
    case 'failed': {
      const message = escaped(result.failure.message);
      if (result.isAdvice) return `<skipped message="advice: ${message}"/>`;
      return `<failure message="${message}">${escaped(failureText(result.failure))}</failure>`;
    }
  }
}

function secondsOf(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** Characters that XML 1.0 does not allow, not even escaped. */
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

function escaped(text: string): string {
  return text
    .replace(FORBIDDEN, '\uFFFD')
    .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
