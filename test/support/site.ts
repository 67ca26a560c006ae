/** A folder to serve, beside a folder that must not be served. */
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A text that no answer may contain. */
export const SECRET = 'nobody outside may read this';
export const BIG = Buffer.from(
  Array.from({ length: 300_000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff),
);
export const MODIFIED = 'Sat, 01 Feb 2025 10:20:30 GMT';

interface SiteFolder {
  readonly root: string;
  /** The folder around the root. */
  readonly around: string;
  remove(): void;
}

export function makeSite(): SiteFolder {
  const around = realpathSync(mkdtempSync(join(tmpdir(), 'handoff-site-')));
  const root = join(around, 'www');
  const write = (path: string, content: string | Uint8Array) => {
    writeFileSync(join(root, path), content);
    utimesSync(join(root, path), new Date(MODIFIED), new Date(MODIFIED));
  };
  for (const folder of ['', 'sub', 'sub/deep', 'indexed', 'leak', 'odd', '.git', '.well-known'])
    mkdirSync(join(root, folder));
  // A name that begins like the root's name.
  mkdirSync(join(around, 'www-secret'));
  writeFileSync(join(around, 'www-secret', 's'), SECRET);
  writeFileSync(join(around, 'secret.txt'), SECRET);
  write('index.html', '<h1>Home</h1>');
  write('a.txt', 'text of a');
  write('empty.txt', '');
  write('big.bin', BIG);
  write('indexed/index.html', '<h1>Indexed</h1>');
  write('sub/b.txt', 'text of b');
  write('sub/<i>&"\'.txt', 'odd');
  write('sub/größe %41.txt', 'size');
  write('sub/javascript:alert(1)', 'no scheme');
  write('sub/noextension', 'bytes');
  write('.env', SECRET);
  write('.git/config', SECRET);
  write('.well-known/x.txt', 'well known');
  symlinkSync(join(around, 'secret.txt'), join(root, 'out.txt'));
  symlinkSync('../www-secret', join(root, 'out'));
  symlinkSync('.env', join(root, 'hidden.txt'));
  symlinkSync('loop', join(root, 'loop'));
  symlinkSync('sub/b.txt', join(root, 'in.txt'));
  symlinkSync(join(around, 'secret.txt'), join(root, 'leak', 'index.html'));
  const bad = Buffer.from(join(root, 'odd', 'bad\xff.txt'), 'latin1');
  writeFileSync(bad, 'odd name');
  for (const [name, to] of [
    ['folder', '../sub'],
    ['file.txt', '../a.txt'],
    ['dangling', 'nowhere'],
    ['loop', 'loop'],
  ] as const)
    symlinkSync(to, join(root, 'odd', name));
  execFileSync('mkfifo', [join(root, 'fifo')]);
  return { root, around, remove: () => rmSync(around, { recursive: true, force: true }) };
}
