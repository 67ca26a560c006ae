/** A peer whose network goes down while data is on its way to it, in two network namespaces. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { killAfter, startHandoff } from '../support/handoff.js';

/** The promise is 40 s; the rest is for a loaded machine. */
const NOTICED_MS = 43_000;

const canMakeNamespaces = () => {
  try {
    execFileSync('ip', ['netns', 'add', 'handoff-probe'], { stdio: 'ignore' });
    execFileSync('ip', ['netns', 'delete', 'handoff-probe'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const skip = !canMakeNamespaces() && 'needs root and network namespaces';

/** Sends a request whose answer comes after a pause, and says so. */
const CLIENT = `
const socket = require('node:net').connect(Number(process.argv[1]), '10.77.7.1');
socket.on('connect', () => socket.write('work 0\\nsleep 1500\\n'));
socket.once('data', () => console.log('answered'));`;

describe('a peer that vanishes with data in flight', { timeout: 100_000 }, () => {
  it('is noticed within 40 s under every model', { skip }, async (t) => {
    const [ours, theirs] = linkedNamespaces(t);
    const servers = await Promise.all(
      MODEL_NAMES.map((model) =>
        startHandoff(t, ['work', '--model', model, '--host', '10.77.7.1'], {
          env: { NODE_V8_COVERAGE: '' },
          under: `exec ip netns exec ${ours}`,
        }),
      ),
    );
    await Promise.all(
      servers.map((server) => {
        const port = 'port' in server.address ? server.address.port : 0;
        const args = ['netns', 'exec', theirs, process.execPath, '-e', CLIENT, `${port}`];
        const client: ChildProcess = spawn('ip', args);
        killAfter(t, client);
        assert.ok(client.stdout);
        return once(client.stdout, 'data');
      }),
    );
    execFileSync('ip', ['-n', theirs, 'link', 'set', 'theirs', 'down']);
    const downMs = performance.now();
    const over = AbortSignal.timeout(NOTICED_MS);
    const inTime = new Promise((_resolve, reject) => {
      over.addEventListener('abort', () => reject(new Error(`unnoticed after ${NOTICED_MS} ms`)));
    });
    const noticed = Promise.all(
      servers.map(async (server) => {
        while (server.log.of('closed').length === 0)
          await Promise.race([server.log.next('closed').catch(() => undefined), inTime]);
        return server.log.one('closed');
      }),
    );
    for (const { reason } of (await Promise.race([noticed, inTime])) as { reason: string }[])
      assert.equal(reason, 'reset');
    t.diagnostic(`noticed after ${Math.round(performance.now() - downMs)} ms`);
  });
});

/** Two network namespaces: the server's, 10.77.7.1, and its client's, 10.77.7.2. */
function linkedNamespaces(t: TestContext): [string, string] {
  const names: [string, string] = [`handoff-${process.pid}-a`, `handoff-${process.pid}-b`];
  const ip = (...args: string[]) => execFileSync('ip', args);
  t.after(() => names.forEach((name) => ip('netns', 'delete', name)));
  for (const name of names) ip('netns', 'add', name);
  const [ours, theirs] = names;
  ip(
    '-n',
    ours,
    'link',
    'add',
    'name',
    'ours',
    'type',
    'veth',
    'peer',
    'name',
    'theirs',
    'netns',
    theirs,
  );
  ip('-n', ours, 'address', 'add', '10.77.7.1/24', 'dev', 'ours');
  ip('-n', theirs, 'address', 'add', '10.77.7.2/24', 'dev', 'theirs');
  ip('-n', ours, 'link', 'set', 'ours', 'up');
  ip('-n', theirs, 'link', 'set', 'theirs', 'up');
  return names;
}
