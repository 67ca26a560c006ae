/**
 * Command lines that are refused, in the test's own process: separate processes would take far
 * longer. test/cli/options.test.ts tests the program itself, which refuses with one line and status
 * 2.
 */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { runCommand } from '../../src/cli/program.js';
import { UsageError } from '../../src/base/errors.js';

/** Asserts that nothing is written, and that the error is one line. */
export async function assertRefused(
  t: TestContext,
  args: readonly string[],
  complaint: RegExp,
): Promise<void> {
  const outputs = [t.mock.method(console, 'log'), t.mock.method(console, 'error')];
  const error = await runCommand({ args, env: {} }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  // A command that was not refused is running, such as a server: this ends it.
  if (error === undefined) setImmediate(() => process.exit(1));
  assert.ok(error instanceof UsageError, `refused: ${String(error)}`);
  assert.match(error.message, /^[^\n]+$/);
  assert.match(error.message, complaint);
  for (const output of outputs) assert.equal(output.mock.callCount(), 0);
}
