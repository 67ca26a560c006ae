/** `handoff lab` as a process: what it prints, and that nothing of it remains. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { Descendants } from '../support/descendants.js';
import { CLI, exitOf, killAfter, runHandoff, spawnNode } from '../support/handoff.js';
import { eventually } from '../support/eventually.js';
import { ask } from '../support/lab.js';

describe('handoff lab', { timeout: 60_000 }, () => {
  it('prints the address of a page, and ends with all its servers on Ctrl-C', async (t) => {
    const descendants = new Descendants();
    t.after(() => descendants.killAll());
    const { env } = descendants;
    const child = spawnNode([CLI, 'lab', '--threads', '1'], { env });
    killAfter(t, child);
    const exit = exitOf(child);
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const [, url = ''] =
      /^The lab is at (http:\/\/127\.0\.0\.1:\d+\/\?token=\w{32})$/.exec(line) ?? [];
    assert.equal((await ask(url, '')).status, 200);
    await eventually('a server for each model', () => {
      const servers = descendants.running().filter(({ command }) => command.includes(' serve '));
      return servers.length === MODEL_NAMES.length ? true : undefined;
    });
    child.kill('SIGINT');
    assert.deepEqual(await exit, { status: 0, signal: null });
    await eventually('no process', () => (descendants.running().length === 0 ? true : undefined));
  });

  it('says in one line that a port is in use', async (t) => {
    const other = createServer().listen({ host: '127.0.0.1', port: 0 });
    t.after(() => other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { status, stderr } = await runHandoff(t, ['lab', '--port', String(port)]);
    assert.equal(status, 1);
    assert.equal(stderr, `handoff: cannot listen on 127.0.0.1:${port}: the port is in use\n`);
  });
});
