/**
 * How the C library's functions are bound, where a wrong prototype would only fail on other
 * machines.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { setBlocking } from '../../src/base/libc/socket.js';

/** From dist/test/base/. */
const SOURCES = ['src/base/libc', 'bench/generator/sockets'].flatMap((room) => {
  const folder = fileURLToPath(new URL(`../../../${room}/`, import.meta.url));
  return readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`, 'utf8'));
});

/**
 * Functions of POSIX whose C prototypes end with an ellipsis. syscall(2) is none of them: it is
 * called on Linux only, where all arguments are passed alike.
 */
const VARIADIC = ['fcntl', 'ioctl', 'open', 'openat'];

describe('the C library', () => {
  it('has its variadic functions bound as such, since Apple silicon passes their arguments differently', () => {
    const prototypes = [...SOURCES.join('\n').matchAll(/'\w+ (\w+)\((.*)\)'/g)];
    const variadic = prototypes.filter(([, name = '']) => VARIADIC.includes(name));
    assert.deepEqual(
      variadic.map(([, name]) => name),
      ['fcntl'],
    );
    for (const [prototype, , parameters = ''] of variadic)
      assert.match(parameters, /, \.\.\.$/, prototype);
  });

  it('says which call has failed, on what, and why', () => {
    assert.throws(() => setBlocking(-1), {
      message: 'fcntl(-1, F_SETFL) failed: EBADF',
      code: 'EBADF',
    });
  });
});
