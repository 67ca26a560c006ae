/**
 * Files: reading at an offset, and what tells one version of a file from another. Runs on any
 * thread. Read base/file-stamp.ts next.
 */
import { addressOf, bind, bindIfThere } from './call.js';

/** pread(2), which only threads need that measure their time. */
export function bindPread() {
  return bind<(fd: number, address: number, length: number, offset: number) => number>(
    'intptr_t pread(int fd, uintptr_t buffer, size_t length, intptr_t offset)',
  );
}

const NO_PATH = Buffer.alloc(1);
const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;
const STATX_MTIME = 0x40;
const STATX_CTIME = 0x80;
const STATX_INO = 0x100;
const STATX_SIZE = 0x200;

/**
 * statx(2), for what tells a version of a file: inode, size, mtime and ctime; the device comes with
 * them. Both calls write a `struct statx` of 256 bytes to an address, and return whether they
 * could. Undefined without Linux.
 */
export function bindStatx() {
  if (process.platform !== 'linux') return undefined;
  const statx = bindIfThere<
    (fd: number, pathAddress: number, flags: number, mask: number, address: number) => number
  >('int statx(int fd, uintptr_t path, int flags, unsigned int mask, uintptr_t address)');
  if (statx === undefined) return undefined;
  const noPath = addressOf(NO_PATH);
  const mask = STATX_INO | STATX_SIZE | STATX_MTIME | STATX_CTIME;
  return {
    /** @param pathAddress where the path stands, which ends in a zero byte */
    ofPath: (pathAddress: number, address: number) =>
      statx(AT_FDCWD, pathAddress, 0, mask, address) === 0,
    ofDescriptor: (fd: number, address: number) =>
      statx(fd, noPath, AT_EMPTY_PATH, mask, address) === 0,
  };
}
