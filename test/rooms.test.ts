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

/** Checks a project of these files; returns the rules that each file breaks. */
function brokenRules(t: TestContext, files: Readonly<Record<string, string>>) {
  const project = temporaryDirectory(t);
  for (const name of ['node_modules', 'rooms.config.cjs', 'tsconfig.json', 'package.json']) {
    symlinkSync(join(ROOT, name), join(project, name));
  }
  for (const [path, text] of Object.entries(files)) {
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
    summary: { violations: { from: string; rule: { name: string } }[] };
  };
  return summary.violations.map(({ from, rule }) => `${from}: ${rule.name}`).sort();
}

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
  it('forbids imports from a room above, even of a type, circles and loose files, and no more', (t) => {
    const broken = brokenRules(t, {
      'src/base/below.ts': 'export const a = 1;\n',
      'src/models/above.ts': "import { a } from '../base/below.js';\nexport type M = typeof a;\n",
      'src/base/upwards.ts':
        "import type { Log } from '../log/log.js';\nexport const log: Log = 1;\n",
      'src/log/log.ts': 'export type Log = number;\n',
      'src/plots/a.ts': "import { b } from './b.js';\nexport const a = (): number => b();\n",
      'src/plots/b.ts': "import { a } from './a.js';\nexport const b = (): number => a();\n",
      'src/loose.ts': "import './base/below.js';\n",
      'workers/none.ts': '',
      'bench/lib/none.ts': '',
    });
    assert.deepEqual(broken, [
      'src/base/upwards.ts: upwards-from-src/base',
      'src/loose.ts: outside-all-rooms',
      'src/plots/a.ts: circle',
    ]);
  });
});
