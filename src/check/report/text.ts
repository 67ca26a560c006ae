/**
 * Prints the results for a person: a line for each check, and below a failed one its transcript and
 * its hint. Pure.
 */
import { printable, printableLines } from '../../base/printable.js';
import type { CheckResult, Failure } from '../check.js';
import { countsOf, type Report } from './report.js';
import { transcriptLines } from './transcript.js';

type Colour = 'red' | 'green' | 'yellow' | 'faint' | 'bold';

const CODES: Readonly<Record<Colour, number>> = {
  red: 31,
  green: 32,
  yellow: 33,
  faint: 2,
  bold: 1,
};

/** Paints a text, or leaves it as it is for a file or a terminal without colours. */
type Paint = (colour: Colour, text: string) => string;

export function painter(isColoured: boolean): Paint {
  return (colour, text) => (isColoured ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text);
}

/** One result as soon as it is known. */
export function resultText(result: CheckResult, paint: Paint): string {
  const advised = result.isAdvice ? paint('faint', ' (advice)') : '';
  switch (result.status) {
    case 'passed':
      return `${paint('green', '✓')} ${result.sentence}${advised}`;
    case 'skipped':
      return `${paint('faint', `- ${result.sentence}`)}${advised}\n${indented(`skipped: ${result.because}`)}`;
    case 'failed': {
      const colour = result.isAdvice ? 'yellow' : 'red';
      const head = `${paint(colour, '✗')} ${paint('bold', result.sentence)}${advised}`;
      return `${head}\n${failureText(result.failure, paint)}`;
    }
  }
}

/** @param paint none for files */
export function failureText(failure: Failure, paint: Paint = painter(false)): string {
  const { message, mark, transcript, hint, lastWords } = failure;
  const lines = transcriptLines(transcript, mark).map(({ text, isMark }) =>
    isMark ? paint('red', text) : text,
  );
  return [
    indented(paint('red', printable(message))),
    ...lines.map((line) => indented(line)),
    ...(lastWords === undefined ? [] : [indented(paint('yellow', printableLines(lastWords)))]),
    indented(`hint: ${hint}`),
  ].join('\n');
}

export function summaryText({ results, model }: Report, paint: Paint): string {
  const { passed, failed, skipped, total, advised } = countsOf(results);
  const counts = [`${passed} of ${total} checks passed`];
  if (failed > 0) counts.push(`${failed} failed`);
  if (skipped > 0) counts.push(`${skipped} skipped`);
  const advice = advised === 0 ? '' : `; advice: ${advised} not followed`;
  const line = paint(passed === total ? 'green' : 'red', `${counts.join(', ')}${advice}.`);
  return model === undefined ? line : `model: ${model.name}: ${model.evidence}\n${line}`;
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}
