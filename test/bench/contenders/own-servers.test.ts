/**
 * A user's own server as a contender: started, checked, measured with all its processes, stopped
 * with all of them; and every way in which it can fail to start.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pidOf } from '../../../bench/contenders/contender.js';
import type { ServerService } from '../../../bench/contenders/conversation.js';
import { checkServer, ownServer } from '../../../bench/contenders/own-servers.js';
import { sampleProcesses } from '../../../bench/lib/process-stats.js';
import { serverProcesses, sessionMembers } from '../../../bench/lib/session.js';
import { eventually } from '../../support/eventually.js';
import { fixture } from '../../support/handoff.js';
import { startRawServer, unusedPort } from '../../support/raw-server.js';

const BOUND_MS = 30_000;
const NODE = `'${process.execPath}' '${fixture('own-server')}'`;

const NEEDS = { clients: 1 };

function named(command: string, service: ServerService = 'echo') {
  return { name: 'mine', service, at: { command } };
}

describe(
  "a server of the user's own",
  { timeout: BOUND_MS, skip: process.platform !== 'linux' && 'it needs /proc' },
  () => {
    it('is started on a port of the bench, has its conversation, and is stopped', async () => {
      await checkServer(named(`${NODE} {port} echo`));
      await checkServer(named(`${NODE} {port} capitalize`, 'capitalize'));
    });

    it('is all processes of its session, also those in other process groups', async () => {
      // timeout(1) makes a process group of its own for the server.
      const command = `true; timeout 60 ${NODE} {port} echo; true`;
      const server = await ownServer(named(command)).start(NEEDS);
      const leader = pidOf(server);
      try {
        const counted = serverProcesses(leader);
        assert.equal(counted.length, 2, 'timeout and node, not the shell that waits');
        assert.ok(!counted.includes(leader));
        const sample = sampleProcesses(counted);
        assert.ok(sample && sample.threads > 5 && sample.rssBytes > 20e6);
        assert.equal(server.exitReason(), undefined);
      } finally {
        await server.stop();
      }
      assert.deepEqual(sessionMembers(leader), []);
      assert.match(server.exitReason() ?? '', /^SIGTERM|exit code/);
    });

    it('has its words replaced: the port, and the folder of the page', async () => {
      const script =
        "echo {root}; test -f {root}kilobyte.html && exec sleep 60 & wait; echo 'port {port}'; exit 7";
      const error = await ownServer(named(script), 300)
        .start(NEEDS)
        .then(() => assert.fail('it does not listen'))
        .catch(String);
      assert.match(error, /within 0\.3 s\n {2}\/.*\/www\/$/);
    });

    it('is refused with its last lines if it does not accept in time', async () => {
      const starting = ownServer(named(`${NODE} {port} deaf`), 1000).start(NEEDS);
      await assert.rejects(starting, {
        name: 'StartError',
        message:
          /^mine did not start: it did not accept a connection on 127\.0\.0\.1:\d+ within 1 s\n {2}still reading the manual$/,
      });
    });

    it('is refused with its exit status and last lines if it ends first', async () => {
      const starting = ownServer(named(`${NODE} {port} broken`)).start(NEEDS);
      await assert.rejects(starting, {
        message:
          /^mine did not start: its command ended before it accepted a connection: exit code 3\n {2}there is no configuration$/,
      });
      await assert.rejects(checkServer(named('exit 5 # {port}')), /exit code 5, without output$/);
    });

    it('says how it ended, with its last lines, if it ends during the conversation', async () => {
      await assert.rejects(checkServer(named(`${NODE} {port} mortal 1`)), (error: Error) => {
        assert.match(error.message, /received {2}the end of the stream\n/);
        assert.match(error.message, /the server ended: exit code 4\n {2}out of ideas$/);
        return true;
      });
    });

    it('shows what was sent, expected and received if its answer is wrong', async () => {
      await assert.rejects(checkServer(named(`${NODE} {port} capitalize`)), {
        message: [
          'mine gave a wrong answer:',
          String.raw`  sent      "Is this the right answer?\n"`,
          String.raw`  expected  "Is this the right answer?\n"`,
          String.raw`  received  "IS THIS THE RIGHT ANSWER?\n"`,
        ].join('\n'),
      });
    });

    it('is only loaded, not started or stopped, if it is an address', async (t) => {
      const port = await startRawServer(t, (socket) => socket.pipe(socket));
      const at = { host: 'localhost', ip: '127.0.0.1', port };
      const server = await ownServer({ name: 'prod', service: 'echo', at }).start(NEEDS);
      assert.equal(server.pid, undefined);
      await server.stop();
      await checkServer({ name: 'prod', service: 'echo', at });
      const nothing = { ...at, port: await unusedPort() };
      await assert.rejects(
        checkServer({ name: 'prod', service: 'echo', at: nothing }),
        /^StartError: prod on 127\.0\.0\.1:\d+: connection refused; is the server running\?$/,
      );
    });
  },
);

describe('sampleProcesses', { skip: process.platform !== 'linux' && 'there is no /proc' }, () => {
  it('counts the processor time of children that have ended', async () => {
    const busy = `${NODE.split(' ')[0] ?? ''} -e 'for (let i = 0; i < 3e8; i++);'`;
    const command = `(${busy}; ${NODE} {port} echo; true); true`;
    const server = await ownServer(named(command)).start(NEEDS);
    try {
      // The parent of the busy process has waited for it, before it started the server.
      const sample = await eventually('a sample', () =>
        sampleProcesses(sessionMembers(pidOf(server))),
      );
      const own = sampleProcesses([serverOf(pidOf(server))]);
      assert.ok(own && sample.cpuMs > own.cpuMs + 50, `${sample.cpuMs} ms, ${own?.cpuMs} ms`);
    } finally {
      await server.stop();
    }
  });
});

function serverOf(leader: number): number {
  return sessionMembers(leader).at(-1) ?? 0;
}
