/** A right server passes also where other programs take its port, and all cores. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { hello } from '../../src/check/exercises/hello.js';
import { Mismatch } from '../../src/check/mismatch.js';
import {
  checked,
  faultsOf,
  pythonCommand,
  startedServer,
  withoutPython,
} from '../support/check.js';
import { temporaryDirectory } from '../support/handoff.js';

const CLIENT_PORTS = '/proc/sys/net/ipv4/ip_local_port_range';

/** A server that finds its port taken so often, and counts its starts in the file. */
function unluckyServer(file: string, times: number): string[] {
  const program = `
    const { appendFileSync, readFileSync } = require('node:fs');
    appendFileSync(process.argv[1], 'x');
    const starts = readFileSync(process.argv[1]).length;
    const port = Number(process.argv[2]);
    if (starts <= ${times}) {
      console.error('listen EADDRINUSE: address already in use :::' + port);
      process.exit(1);
    }
    require('node:net').createServer().listen(port, '127.0.0.1');`;
  return [process.execPath, '-e', program, file, '{port}'];
}

describe('a server that the check starts', { timeout: 60_000 }, () => {
  it(
    'gets a port that the kernel gives to no client',
    { skip: !existsSync(CLIENT_PORTS) },
    async (t) => {
      const server = startedServer(t, unluckyServer(join(temporaryDirectory(t), 'starts'), 0));
      await server.startFresh();
      const [first = 0] = readFileSync(CLIENT_PORTS, 'latin1').split('\t').map(Number);
      // Elsewhere than by default there may be no such port.
      if (first >= 30_000) assert.ok(server.address.port < first, String(server.address.port));
    },
  );

  it('gets another port when a program has taken its own meanwhile', async (t) => {
    const file = join(temporaryDirectory(t), 'starts');
    const server = startedServer(t, unluckyServer(file, 2));
    await server.startFresh();
    assert.equal(readFileSync(file, 'latin1'), 'xxx');
  });

  it('is said not to listen when it finds each port taken', async (t) => {
    const server = startedServer(t, unluckyServer(join(temporaryDirectory(t), 'starts'), 100));
    await assert.rejects(server.startFresh(), Mismatch);
    assert.match(server.lastWords() ?? '', /EADDRINUSE/);
  });
});

describe('the check of hello', { timeout: 60_000, skip: withoutPython }, () => {
  it('is passed by a server that says Goodbye by itself after the client has asked', async (t) => {
    const server = startedServer(t, pythonCommand('broken/hello.py', 'late_goodbye'));
    const [answer, goodbye] = hello.checks(hello.conventions);
    const checks = [answer, goodbye].filter((one) => one !== undefined);
    assert.deepEqual(faultsOf(await checked(hello, server, { checks })), []);
  });
});
