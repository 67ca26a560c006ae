import assert from 'node:assert/strict';
import {
  closeSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { FileStamp } from '../../src/base/file-stamp.js';

const skip = process.platform === 'linux' ? false : 'files are stamped on Linux only';
const OLD = new Date('2025-02-01T10:20:30Z');

describe('the stamp of a file', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'handoff-stamp-'));
  after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, content = 'text'): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    utimesSync(path, OLD, OLD);
    return path;
  };
  const bytesOf = (path: string) => Buffer.from(path).toString('latin1');
  const stampOf = (path: string): FileStamp => {
    const fd = openSync(path, 'r');
    const stamp = FileStamp.of(fd, bytesOf(path), { real: bytesOf(path), root: folder });
    closeSync(fd);
    assert.ok(stamp);
    return stamp;
  };

  it('is current while the file is the same, whatever its name and however often it is read', () => {
    const stamps = ['plain', 'größe 文 %41'].map((name) => stampOf(write(name)));
    for (let round = 0; round < 2; round++)
      for (const stamp of stamps) assert.equal(stamp.isCurrent(), true);
  });

  it('is not current when a file of the same size and mtime has replaced the file', () => {
    const path = write('replaced');
    const stamp = stampOf(path);
    renameSync(write('replacement', 'tex2'), path);
    assert.equal(stamp.isCurrent(), false);
  });

  it('is not current when size or mtime is another', () => {
    const longer = write('longer');
    const younger = write('younger');
    const stamps = [longer, younger].map(stampOf);
    write('longer', 'longer');
    utimesSync(younger, OLD, new Date());
    assert.deepEqual(
      stamps.map((stamp) => stamp.isCurrent()),
      [false, false],
    );
  });

  it('is not current when a link leads elsewhere, nowhere, or in a circle', () => {
    const link = join(folder, 'link');
    const point = (to: string) => {
      rmSync(link, { force: true });
      symlinkSync(to, link);
    };
    point(write('first'));
    const stamp = stampOf(link);
    assert.equal(stamp.isCurrent(), true);
    for (const to of [write('second'), 'nothing', 'link']) {
      point(to);
      assert.equal(stamp.isCurrent(), false);
    }
    point('first');
    assert.equal(stamp.isCurrent(), true);
  });
});
