import assert from 'node:assert/strict';
import { relative } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findService, listServices, portOf } from '../../src/services/catalogue.js';
import { loadService } from '../../src/services/load.js';

/** The path of a module beside this one. */
function pathOf(module: string): string {
  return fileURLToPath(new URL(module, import.meta.url));
}

describe('the catalogue', () => {
  for (const { name } of listServices()) {
    it(`finds ${name} by its name and loads it`, async () => {
      const entry = findService(name);
      assert.ok(entry);
      assert.equal(typeof (await loadService(entry.module)).serve, 'function');
    });
  }

  it('lists each service once, in alphabetical order', () => {
    const names = listServices().map(({ name }) => name);
    assert.deepEqual(names, [...new Set(names)].sort());
  });

  it('has the ports and framings of the contract', () => {
    const found = Object.fromEntries(
      listServices().map(({ name, port, framing }) => [name, [port, framing]]),
    );
    assert.deepEqual(found, {
      capitalize: [5001, 'chunk'],
      chat: [5002, 'line'],
      collect: [9090, 'chunk'],
      count: [5003, 'line'],
      date: [5050, 'chunk'],
      daytime: [1313, 'none'],
      echo: [9000, 'chunk'],
      greet: [9000, 'chunk'],
      hangman: [5006, 'line'],
      hello: [15_000, 'chunk'],
      tictactoe: [5007, 'line'],
      quiz: [5005, 'line'],
      web: [8080, 'HTTP'],
      work: [5004, 'line'],
    });
  });

  it('has another port for the other dialect of chat', () => {
    const ports = ['chat', 'echo'].map((name) => {
      const entry = findService(name);
      return entry && [portOf(entry), portOf(entry, 'hii')];
    });
    assert.deepEqual(ports, [
      [5002, 11_826],
      [9000, 9000],
    ]);
  });

  it('finds no other names', () => {
    for (const name of ['', 'ech', 'Echo', 'echo.py', 'service', 'clock', 'toString']) {
      assert.equal(findService(name), undefined);
    }
  });

  it('finds a user’s own module by its path, absolute or relative', async () => {
    const path = pathOf('../../src/services/echo.js');
    for (const own of [path, `./${relative('', path)}`]) {
      const entry = findService(own);
      assert.ok(entry);
      assert.equal(entry.name, own);
      assert.equal(typeof (await loadService(entry.module)).serve, 'function');
    }
  });

  it('rejects a module that exports no service', async () => {
    const entry = findService(pathOf('../../src/services/clock.js'));
    assert.ok(entry);
    await assert.rejects(
      loadService(entry.module),
      /clock\.js exports no service with a serve function/,
    );
  });

  it('rejects a module that does not exist', async () => {
    const entry = findService('./no-such-module.js');
    assert.ok(entry);
    await assert.rejects(loadService(entry.module), {
      name: 'StartError',
      message: /no-such-module\.js/,
    });
  });
});
