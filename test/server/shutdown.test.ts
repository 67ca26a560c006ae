/** How the process ends when a stop does not complete. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { exitOf, killAfter, spawnNode } from '../support/handoff.js';

const MODULE = new URL('../../src/server/shutdown.js', import.meta.url).href;

/** Runs a process with this `stop`, sends SIGTERM, and returns its status and output. */
async function outcomeOf(t: TestContext, stop: string, graceMs: number) {
  const program = `
    import { runUntilSignal } from ${JSON.stringify(MODULE)};
    const write = (fields, msg) => process.stdout.write(JSON.stringify({ ...fields, msg }) + '\\n');
    const log = { info: write, warn: write, error: write };
    const stopStage = { waitsFor: 'clients', connections: [7] };
    const server = { log, stopStage, stop: ${stop} };
    const alive = setInterval(() => undefined, 1000);
    const settings = { graceMs: ${graceMs}, socketPaths: [], log: { level: 'info', file: undefined, connections: true } };
    await runUntilSignal(Promise.resolve(() => Promise.resolve(server)), settings);
    process.kill(process.pid, 'SIGTERM');`;
  const child = spawnNode(['--input-type=module', '--eval', program]);
  killAfter(t, child);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exit = await exitOf(child);
  return {
    status: exit.status,
    lines: output
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe('a stop', { timeout: 30_000 }, () => {
  it('that completes ends the process with status 0', async (t) => {
    const { status, lines } = await outcomeOf(t, '() => Promise.resolve()', 1000);
    assert.deepEqual({ status, lines }, { status: 0, lines: [] });
  });

  it('that can no longer complete ends with status 1 and reports what it waited for', async (t) => {
    const { status, lines } = await outcomeOf(
      t,
      '() => { clearInterval(alive); return new Promise(() => {}); }',
      60_000,
    );
    assert.equal(status, 1);
    assert.equal(lines.length, 1);
    const [{ msg, waitsFor, connections } = {}] = lines;
    assert.deepEqual(
      { msg, waitsFor, connections },
      { msg: 'could not stop in order', waitsFor: 'clients', connections: [7] },
    );
  });

  it('that takes too long ends with status 1 and reports what it waited for', async (t) => {
    const { status, lines } = await outcomeOf(t, '() => new Promise(() => {})', 0);
    assert.equal(status, 1);
    assert.deepEqual(
      lines.map(({ msg, waitsFor }) => ({ msg, waitsFor })),
      [{ msg: 'could not stop in order', waitsFor: 'clients' }],
    );
  });

  it('that fails ends with status 1 and reports its error', async (t) => {
    const { status, lines } = await outcomeOf(t, "() => Promise.reject(new Error('broken'))", 1000);
    assert.equal(status, 1);
    assert.deepEqual(
      lines.map(({ msg }) => msg),
      ['uncaught error'],
    );
  });
});
