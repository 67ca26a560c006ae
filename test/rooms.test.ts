/**
 * The check of imports (rooms.config.cjs) fails for what it forbids. `make rooms` runs it over the
 * project.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { environment } from './support/environment.js';
import { temporaryDirectory } from './support/handoff.js';

/** From dist/test/. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Checks a project of these files; returns the names of the rules that it breaks, sorted. */
function brokenRules(t: TestContext, files: Readonly<Record<string, string>>): string[] {
  const project = temporaryDirectory(t);
  for (const name of ['node_modules', 'rooms.config.cjs', 'tsconfig.json', 'package.json']) {
    symlinkSync(join(ROOT, name), join(project, name));
  }
  for (const [path, text] of Object.entries({
    'workers/none.ts': '',
    'bench/lib/none.ts': '',
    ...files,
  })) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
  const args = ['--config', 'rooms.config.cjs', '--output-type', 'json', 'src', 'workers', 'bench'];
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/.bin/depcruise'), ...args],
    {
      cwd: project,
      env: environment(),
      encoding: 'utf8',
    },
  );
  assert.notEqual(stdout, '', stderr);
  const { summary } = JSON.parse(stdout) as {
    summary: { violations: { rule: { name: string } }[] };
  };
  return [...new Set(summary.violations.map(({ rule }) => rule.name))].sort();
}

const model = "import { a } from '../base/a.js';\nexport const m = a;\n";

describe('the folders of the code', () => {
  it('hold every file but src/cli.ts', () => {
    const loose = ['src', 'bench'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => join(folder, name)),
    );
    assert.deepEqual(loose, ['src/cli.ts']);
  });
});

describe('the check of imports', { timeout: 60_000 }, () => {
  it('allows imports from a room below', (t) => {
    const files = { 'src/base/a.ts': 'export const a = 1;\n', 'src/models/m.ts': model };
    assert.deepEqual(brokenRules(t, files), []);
  });

  it('forbids an import from a room above, even of a type', (t) => {
    const below = "import type { M } from '../models/m.js';\nexport const a: M = 1;\n";
    const files = { 'src/base/a.ts': below, 'src/models/m.ts': 'export type M = number;\n' };
    assert.deepEqual(brokenRules(t, files), ['upwards-from-src/base']);
  });

  it('forbids a circle of files in one room', (t) => {
    const files = {
      'src/base/a.ts': "import { b } from './b.js';\nexport const a = (): number => b();\n",
      'src/base/b.ts': "import { a } from './a.js';\nexport const b = (): number => a();\n",
    };
    assert.deepEqual(brokenRules(t, files), ['circle']);
  });

  it('forbids a loose file', (t) => {
    const files = {
      'src/base/a.ts': 'export const a = 1;\n',
      'src/loose.ts': "import './base/a.js';\n",
    };
    assert.deepEqual(brokenRules(t, files), ['outside-all-rooms']);
  });
});
