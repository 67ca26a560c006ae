/** The check of the Node version: an old Node gets one line before anything else runs. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { complaintAbout } from '../../src/cli/node-version.js';
import { environment } from '../support/environment.js';
import { CLI, temporaryDirectory } from '../support/handoff.js';

/** The repository. This file runs in dist/test/cli/. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

describe('a Node', () => {
  for (const version of ['v16.20.2', 'v18.20.8', 'v20.9.0', 'v20.18.3']) {
    it(`is too old: ${version}`, () => {
      assert.equal(
        complaintAbout(version),
        `handoff needs Node 20.19 or newer; this is ${version}`,
      );
    });
  }

  for (const version of [
    'v20.19.0',
    'v20.20.2',
    'v21.0.0',
    'v22.3.0',
    'v24.0.0',
    'v26.1.0-nightly2026',
  ]) {
    it(`is new enough: ${version}`, () => assert.equal(complaintAbout(version), undefined));
  }

  it('is too old below the version in package.json', () => {
    const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      engines: { node: string };
    };
    const [oldest] = /[\d.]+$/.exec(engines.node) ?? [];
    assert.match(complaintAbout('v0.0.0') ?? '', new RegExp(`needs Node ${oldest} or newer`));
  });

  it('that is too old makes handoff print one line, even if no other file loads', (t) => {
    // The folder holds only the check, so an import of any other file fails.
    const folder = temporaryDirectory(t);
    mkdirSync(join(folder, 'cli'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    copyFileSync(CLI, join(folder, 'cli.js'));
    copyFileSync(join(CLI, '../cli/node-version.js'), join(folder, 'cli/node-version.js'));
    const older = join(folder, 'older.cjs');
    writeFileSync(older, "Object.defineProperty(process, 'version', { value: 'v18.20.8' });");
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['-r', older, 'cli.js', 'serve', 'echo'],
      {
        cwd: folder,
        env: environment({ NODE_V8_COVERAGE: '' }),
        encoding: 'utf8',
      },
    );
    assert.equal(stderr, 'handoff needs Node 20.19 or newer; this is v18.20.8\n');
    assert.deepEqual([status, stdout], [1, '']);
  });

  for (const [which, script, named] of [
    ['that is too old', 'echo v18.20.8', 'v18.20.8'],
    ['that is missing', 'exit 127', 'none'],
  ] as const) {
    it(`${which} makes make print one line`, (t) => {
      const folder = temporaryDirectory(t);
      writeFileSync(join(folder, 'node'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      const PATH = `${folder}:${process.env['PATH'] ?? ''}`;
      // A make that runs this test passes these variables to its children.
      const env = environment({ PATH, MAKEFLAGS: '', MAKELEVEL: '' });
      for (const target of ['help', 'build']) {
        const options = { cwd: ROOT, env, encoding: 'utf8' } as const;
        const { status, stdout, stderr } = spawnSync('make', ['--dry-run', target], options);
        assert.match(
          stderr,
          new RegExp(`^[^\n]*handoff needs Node 20\\.19 or newer; this is ${named}[^\n]*\n$`),
        );
        assert.deepEqual([status, stdout], [2, '']);
      }
    });
  }
});
