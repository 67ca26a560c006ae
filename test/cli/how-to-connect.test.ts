/** The command that `handoff serve` suggests on a terminal: it reaches the server as it listens. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { howToConnect } from '../../src/cli/how-to-connect.js';
import { findService } from '../../src/services/catalogue.js';
import { DEFAULT_OPTIONS } from '../support/service-options.js';

const HERE = { host: '127.0.0.1', port: 0 };
const TLS = { cert: '/c', key: '/k', handshakeMs: 1 };

describe('handoff serve suggests', () => {
  for (const [name, port, more, expected] of [
    ['count', 5003, {}, 'handoff connect count   or: telnet 127.0.0.1 5003'],
    ['hello', 15000, {}, 'handoff connect hello   or: telnet 127.0.0.1 15000'],
    ['echo', 4242, {}, 'handoff connect --port 4242   or: telnet 127.0.0.1 4242'],
    ['echo', 9000, { transport: 'udp' }, 'handoff connect echo --transport udp'],
    ['hangman', 5006, { transport: 'udp' }, 'handoff hangman --transport udp'],
    ['daytime', 13, { transport: 'udp' }, 'handoff gettime --transport udp --port 13'],
    ['chat', 5002, {}, 'handoff chat --name alice'],
    ['quiz', 5005, { address: { host: '0.0.0.0', port: 0 } }, 'handoff quiz'],
    [
      'tictactoe',
      5007,
      { address: { host: '::1', port: 0 } },
      'handoff tictactoe --name alice --host ::1',
    ],
    ['collect', 9090, {}, 'date | handoff send'],
    [
      'web',
      8080,
      {},
      'http://127.0.0.1:8080/ in a browser   or: handoff fetch http://127.0.0.1:8080/',
    ],
    [
      'web',
      8443,
      { address: { host: '::1', port: 0 }, tls: TLS },
      'https://[::1]:8443/ in a browser',
    ],
    ['echo', 9000, { tls: TLS }, 'openssl s_client -quiet -connect 127.0.0.1:9000'],
    ['echo', 0, { address: { path: '/tmp/s' } }, 'handoff connect --socket /tmp/s'],
    ['chat', 0, { address: { path: "it's" } }, "handoff chat --name alice --socket 'it'\\''s'"],
    ['web', 0, { address: { path: '/tmp/s' } }, 'curl --unix-socket /tmp/s http://localhost/'],
    ['mine.js', 9000, {}, 'handoff connect --port 9000   or: telnet 127.0.0.1 9000'],
  ] as const) {
    it(expected, () => {
      const service = findService(name);
      assert.ok(service);
      const given = { service, serviceOptions: DEFAULT_OPTIONS, address: HERE, tls: undefined };
      assert.equal(howToConnect({ ...given, transport: 'tcp', port, ...more }), `Try: ${expected}`);
    });
  }

  it('the dialect of the server', () => {
    const service = findService('chat');
    assert.ok(service);
    const given = {
      service,
      serviceOptions: { ...DEFAULT_OPTIONS, dialect: 'hii' as const },
      address: HERE,
    };
    assert.equal(
      howToConnect({ ...given, tls: undefined, transport: 'tcp', port: 11826 }),
      'Try: handoff chat --name alice --dialect hii',
    );
  });
});
