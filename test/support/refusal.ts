/**
 * Command lines that are refused, in the test's own process: a process for each would take far longer than what is
 * tested. That a refusal is one line and status 2 is tested of the program itself, in test/cli/options.test.ts.
 */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { runCommand } from '../../src/cli/program.js';
import { UsageError } from '../../src/base/errors.js';

/** Nothing is written, and the complaint is one line. */
export async function assertRefused(
  t: TestContext,
  args: readonly string[],
  complaint: RegExp,
): Promise<void> {
  const outputs = [t.mock.method(console, 'log'), t.mock.method(console, 'error')];
  const error = await runCommand(args).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  // What was not refused runs: a server, for example, which nothing but this would end.
  if (error === undefined) setImmediate(() => process.exit(1));
  assert.ok(error instanceof UsageError, `refused: ${String(error)}`);
  assert.match(error.message, /^[^\n]+$/);
  assert.match(error.message, complaint);
  for (const output of outputs) assert.equal(output.mock.callCount(), 0);
}
