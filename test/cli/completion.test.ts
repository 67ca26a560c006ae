/** Completion in bash, zsh and fish, by the Tab key on a terminal. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SCRIPTS } from '../../src/cli/completion-scripts.js';
import { listServices } from '../../src/services/catalogue.js';
import { CLI, runHandoff, temporaryDirectory } from '../support/handoff.js';
import type { Cleanup } from '../support/server.js';
import { noTerminal, openTerminalFor } from '../support/terminal.js';

/** Returns what the program offers for words, without descriptions. */
async function offered(t: Cleanup, ...words: string[]): Promise<string[]> {
  const args = ['--get-yargs-completions', 'handoff', ...words];
  const { stdout } = await runHandoff(t, args, { env: { SHELL: 'fish' } });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/\t.*/, ''));
}

const SERVICES = listServices().map(({ name }) => name);
const MODELS = ['iterative', 'event-loop', 'thread-per-client', 'worker-event-loops'];
const OWN = ':files js mjs cjs ts mts cts';

describe('the program offers', { concurrency: 2 }, () => {
  for (const [words, expected] of [
    [
      ['serve', ''],
      [...SERVICES, OWN],
    ],
    [
      ['serve', '--once', 'e'],
      [...SERVICES, OWN],
    ],
    [['connect', 'ec'], SERVICES],
    [['serve', 'echo', '--model', ''], MODELS],
    [['serve', 'echo', '--model=ev'], ['event-loop']],
    [['serve', 'echo', '--model', '=', 'ev'], ['event-loop']],
    [['serve', 'echo', '--log-file', ''], [':files']],
    [['serve', '--port', ''], ['']],
    [['timeline', ''], [':files']],
    [['timeline', 'server.log', '-o', ''], [':files']],
    [['explain', ''], MODELS],
    [['completion', ''], Object.keys(SCRIPTS)],
    [
      ['bench', ''],
      ['compare', 'nodes', 'report'],
    ],
    [['bench', 'compare', ''], [':files']],
  ] as const) {
    it(`handoff ${words.join(' ')}`, async (t) => {
      assert.deepEqual(await offered(t, ...words), expected);
    });
  }

  it('commands, experiments and options', async (t) => {
    const commands = await offered(t, '');
    for (const command of ['serve', 'timeline', 'completion'])
      assert.ok(commands.includes(command));
    assert.ok(!commands.some((command) => command.startsWith('$')));
    const experiments = await offered(t, 'bench', '--scenario', '');
    assert.ok(experiments.includes('slow-client') && !experiments.includes('--full'));
    const options = await offered(t, 'serve', 'echo', '--threads', '2', '--');
    assert.ok(options.includes('--overflow') && !options.includes('--threads'));
  });
});

it('the script of an unknown shell is a wrong usage', async (t) => {
  const { status, stdout } = await runHandoff(t, ['completion', 'tcsh']);
  assert.deepEqual([status, stdout], [2, '']);
});

/** Answers the shell's requests by the program, and prints the arguments of all other calls. */
const STAND_IN = `#!/bin/sh
case $1 in
  --get-yargs-completions | completion) exec '${process.execPath}' '${CLI}' "$@" ;;
esac
printf 'called'
printf '[%s]' "$@"
`;

/** How each shell starts without its user's settings, and reads the script. */
const SHELLS = {
  bash: {
    command: ['bash', '--norc', '--noprofile', '-i'],
    read: 'source <(handoff completion bash)',
  },
  zsh: {
    command: ['zsh', '-f', '-i'],
    read: 'autoload -U compinit; compinit -D; source <(handoff completion zsh)',
  },
  fish: { command: ['fish', '--no-config', '-i'], read: 'handoff completion fish | source' },
} as const;

for (const [name, { command, read }] of Object.entries(SHELLS)) {
  const skip =
    noTerminal || (spawnSync(command[0], ['--version']).status !== 0 && `needs ${command[0]}`);

  describe(`the Tab key in ${name}`, { skip, timeout: 120_000 }, () => {
    /** A shell in a folder with some files, that has read the script. */
    async function openShell(t: Cleanup) {
      const folder = temporaryDirectory(t);
      const bin = join(folder, 'bin');
      for (const path of [bin, join(folder, 'logs')]) mkdirSync(path);
      for (const file of ['zmine.js', 'znotes.txt', 'logs/my server.log'])
        writeFileSync(join(folder, file), '');
      writeFileSync(join(bin, 'handoff'), STAND_IN);
      chmodSync(join(bin, 'handoff'), 0o755);
      const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: folder, PS1: '> ' };
      const terminal = openTerminalFor(t, command, { env, cwd: folder });
      terminal.type(`${read}; echo re''ady\r`);
      await terminal.shows(/^ready/m);
      return terminal;
    }

    it('completes commands, services, models, options and files', async (t) => {
      const terminal = await openShell(t);
      for (const [typed, args] of [
        ['tim', '[timeline]'],
        ['connect ec', '[connect][echo]'],
        ['serve cap', '[serve][capitalize]'],
        ['serve zm', '[serve][zmine.js]'],
        ['serve echo --model ev', '[serve][echo][--model][event-loop]'],
        ['serve echo --model=ite', '[serve][echo][--model=iterative]'],
        ['serve echo --task-l', '[serve][echo][--task-limit]'],
        ['bench --scenario slow-c', '[bench][--scenario][slow-client]'],
        ['timeline zn', '[timeline][znotes.txt]'],
        ['timeline logs/m', '[timeline][logs/my server.log]'],
      ] as const) {
        terminal.type(`handoff ${typed}\t\r`);
        await terminal.shows(`called${args}`);
      }
    });

    it('lists the services, and no other files than JavaScript and TypeScript', async (t) => {
      const terminal = await openShell(t);
      terminal.type('handoff serve z\t\r');
      await terminal.shows('called[serve][zmine.js]');
      terminal.type('handoff serve c\t\t');
      await terminal.shows(/capitalize[^]*chat[^]*collect[^]*count/);
    });
  });
}
