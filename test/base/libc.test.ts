/**
 * How the C library's functions are bound, where a wrong prototype would only fail on other
 * machines.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { setBlocking } from '../../src/base/libc.js';

/** From dist/test/base/. */
const SOURCE = fileURLToPath(new URL('../../../src/base/libc.ts', import.meta.url));

/**
 * Functions of POSIX whose C prototypes end with an ellipsis. syscall(2) is none of them: it is
 * called on Linux only, where all arguments are passed alike.
 */
const VARIADIC = ['fcntl', 'ioctl', 'open', 'openat'];

describe('the C library', () => {
  it('has its variadic functions bound as such, since Apple silicon passes their arguments differently', () => {
    const prototypes = [...readFileSync(SOURCE, 'utf8').matchAll(/'\w+ (\w+)\((.*)\)'/g)];
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
