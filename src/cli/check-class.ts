/**
 * `handoff check --class`: one line for each submission of a class, and a file for a spreadsheet.
 * Read ../check/class.ts next.
 */
import { writeOut } from '../base/output.js';
import { writeWhole } from '../base/part-file.js';
import { printable } from '../base/printable.js';
import { grade, submissionsIn, type ClassSettings, type Grade } from '../check/class.js';
import { isolation } from '../check/limits.js';
import { csvText } from '../check/report/class.js';

const NAME_WIDTH = 20;
const COUNT_WIDTH = 7;
const MODEL_WIDTH = 16;

interface ClassOptions extends Omit<ClassSettings, 'isolation'> {
  readonly folder: string;
  readonly entry: string;
  readonly csv: string | undefined;
}

/** @returns whether every submission passed every check */
export async function gradeClass(options: ClassOptions): Promise<boolean> {
  const submissions = submissionsIn(options.folder, options.entry);
  const words = isolation();
  await writeOut(
    words === undefined
      ? 'Not isolated: this machine has no user namespaces, unshare or ip; submissions can use the network.'
      : 'Isolated: submissions have no network but loopback, and their processes end with them.',
  );
  await writeOut(row('submission', 'passed', 'model', 'first failure'));
  const grades: Grade[] = [];
  // One after the other: the times of a check must not depend on other submissions.
  for (const submission of submissions) {
    const one = await grade(submission, { ...options, isolation: words ?? [] });
    grades.push(one);
    const { name, passed, total, model, remark } = one;
    const count = passed === undefined ? '–' : `${passed}/${total ?? 0}`;
    await writeOut(row(name, count, model, remark));
  }
  if (options.csv !== undefined) await writeWhole(options.csv, csvText(grades));
  return grades.every(({ passed, total }) => passed !== undefined && passed === total);
}

function row(name: string, count: string, model: string, remark: string): string {
  const cells = [name.padEnd(NAME_WIDTH), count.padEnd(COUNT_WIDTH), model.padEnd(MODEL_WIDTH)];
  return printable(`${cells.join('  ')}  ${remark}`).trimEnd();
}
