/** A service of one's own: where it may be stored, what its errors say, and `--watch`. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { connectClient } from '../../support/client.js';
import { runHandoff, startHandoff, temporaryDirectory } from '../../support/handoff.js';
import { underEveryModel } from '../../support/models.js';

const runsTypeScript =
  typeof (process.features as { typescript?: string | false }).typescript === 'string';

/** A service that answers each line with this text. */
const answering = (text: string) => `
import { forEachMessage, reply } from 'handoff';
export const service = {
  serve: (connection, { options }) =>
    forEachMessage(connection, options.framing, () => reply(connection, ${text})),
};
`;

function folderWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = temporaryDirectory(t);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

underEveryModel('a service of one’s own', (model) => {
  const args = ['--model', model];

  it('imports from handoff wherever it is stored', async (t) => {
    const cwd = folderWith(t, { 'mine.js': answering(`'mine\\n'`) });
    const server = await startHandoff(t, ['mine.js', ...args], { cwd });
    const client = await connectClient(t, server);
    await client.exchange('hello\n', 'mine\n');
  });

  it('serves the next client by its changed code, and by that of the files it imports', async (t) => {
    const cwd = folderWith(t, {
      'mine.js': `import { text } from './text.js';${answering('text')}`,
      'text.js': `export const text = 'first\\n';`,
    });
    const server = await startHandoff(t, ['mine.js', '--watch', ...args], { cwd });
    const first = await connectClient(t, server);
    await first.exchange('hello\n', 'first\n');

    writeFileSync(join(cwd, 'text.js'), `export const text = 'second\\n';`);
    await server.log.next('service reloaded');
    await first.exchange('hello\n', 'first\n');
    first.halfClose();
    await first.expectEnd();
    const second = await connectClient(t, server);
    await second.exchange('hello\n', 'second\n');
    second.halfClose();
    await second.expectEnd();

    writeFileSync(join(cwd, 'text.js'), `export const text = ;`);
    const failed = await server.log.next('service not reloaded');
    assert.match(
      (failed as unknown as { err: { message: string } }).err.message,
      /^cannot load \S+: SyntaxError: Unexpected token ';'$/,
    );
    const third = await connectClient(t, server);
    await third.exchange('hello\n', 'second\n');
  });
});

describe('the error about a service of one’s own', () => {
  const broken: readonly (readonly [string, string, string, RegExp])[] = [
    ['its syntax', 'a.js', 'export const a = 1;\nconst b = = 2;\n', /a\.js:2:11: SyntaxError: /],
    ['its syntax', 'a.mjs', 'export const b = = 2;\n', /a\.mjs:1:18: SyntaxError: /],
    ['what it throws', 'a.js', '\nnull.x;\n', /a\.js:2:6: TypeError: /],
    ['a missing file', 'a.js', "import './gone.js';\n", /a\.js:1:8: .*gone\.js/],
    [
      'a missing name',
      'a.js',
      "\nimport { nothing } from 'handoff';\nexport const service = nothing;\n",
      /a\.js:2:10: SyntaxError: .*nothing/,
    ],
  ];
  for (const [what, name, text, message] of broken) {
    it(`names file, line and column of ${what} in ${name}`, async (t) => {
      const cwd = folderWith(t, { [name]: text });
      const { status, stderr } = await runHandoff(t, ['serve', name, '--port', '0'], { cwd });
      assert.match(stderr, new RegExp(`^handoff: cannot load \\S*${message.source}.*\\n$`));
      assert.equal(status, 1);
    });
  }

  it('says what a module without a service lacks, and that a file does not exist', async (t) => {
    const cwd = folderWith(t, { 'a.js': 'export const x = 1;\n' });
    const empty = await runHandoff(t, ['serve', 'a.js', '--port', '0'], { cwd });
    assert.match(empty.stderr, /a\.js exports no service with a serve function: export const/);
    const missing = await runHandoff(t, ['serve', 'b.js', '--port', '0'], { cwd });
    assert.match(missing.stderr, /^handoff: cannot load \S*b\.js: there is no such file\n$/);
  });

  it(
    'says what to do with TypeScript on a Node that does not run it',
    { skip: runsTypeScript && 'this Node runs TypeScript' },
    async (t) => {
      const cwd = folderWith(t, { 'a.ts': answering(`''`) });
      const { status, stderr } = await runHandoff(t, ['serve', 'a.ts', '--port', '0'], { cwd });
      assert.match(stderr, /^handoff: .*a\.ts: Node \S+ does not run TypeScript: use Node 22\.18/);
      assert.equal(status, 1);
    },
  );

  it('refuses --watch for a service that is built in', async (t) => {
    const { status, stderr } = await runHandoff(t, ['serve', 'echo', '--watch', '--port', '0']);
    assert.match(stderr, /^handoff: --watch is for a service of your own; echo is built in\n$/);
    assert.equal(status, 2);
  });
});

describe('handoff new', () => {
  for (const name of runsTypeScript
    ? ['mine.js', 'mine.mjs', 'mine.ts']
    : ['mine.js', 'mine.mjs']) {
    it(`writes a service that runs: ${name}`, async (t) => {
      const cwd = temporaryDirectory(t);
      const { status, stdout } = await runHandoff(t, ['new', name], { cwd });
      assert.equal(status, 0);
      assert.equal(stdout, `wrote ${name}; start it with: handoff serve ${name} --watch\n`);
      const server = await startHandoff(t, [name], { cwd });
      const client = await connectClient(t, server);
      await client.exchange('ann\n', 'Hello ann\n');
      await client.exchange('\n', 'ERR a name is expected\n');
      client.send('bye\n');
      await client.expectEnd();
    });
  }

  it(
    'does not say to start TypeScript on a Node that does not run it',
    { skip: runsTypeScript && 'this Node runs TypeScript' },
    async (t) => {
      const cwd = temporaryDirectory(t);
      const { status, stdout } = await runHandoff(t, ['new', 'mine.ts'], { cwd });
      assert.match(
        stdout,
        /^wrote mine\.ts; Node \S+ does not run TypeScript: use .* serve that\n$/,
      );
      assert.equal(status, 0);
    },
  );

  it('overwrites nothing, and says why it cannot write', async (t) => {
    const cwd = folderWith(t, { 'mine.js': 'precious' });
    mkdirSync(join(cwd, 'folder.js'));
    for (const [name, why] of [
      ['mine.js', 'it exists already'],
      ['folder.js', 'it exists already'],
      ['no/mine.js', 'there is no such directory'],
    ] as const) {
      const { status, stderr } = await runHandoff(t, ['new', name], { cwd });
      assert.ok(stderr.startsWith(`handoff: cannot write ${name}: ${why}`), stderr);
      assert.equal(status, 1);
    }
    const other = await runHandoff(t, ['new', 'mine.py'], { cwd });
    assert.match(other.stderr, /must end in \.js, \.mjs, \.ts or \.mts/);
    assert.equal(other.status, 2);
  });
});
