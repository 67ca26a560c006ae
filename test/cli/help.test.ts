/** The help of every command fits a terminal of 80 columns, and shows numbers as numbers. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import yargs from 'yargs';
import { runCommand, type YargsInternals } from '../../src/cli/program.js';
import { noTerminal, openTerminal } from '../support/terminal.js';

const COLUMNS = 80;

function helpOf(command: string): Promise<string> {
  return printedFor([...command.split(' ').filter((word) => word !== ''), '--help']);
}

async function printedFor(args: readonly string[]): Promise<string> {
  let printed = '';
  await runCommand({ args, env: {} }, (text) => {
    printed = text;
    return Promise.resolve();
  });
  return printed;
}

/** The names at the beginning of the help of all commands, and the subcommands of bench. */
const lists = [await helpOf(''), await helpOf('bench')];
const commands = lists.flatMap((help) =>
  [...help.matchAll(/^ {2}handoff ((?:bench )?[a-z]+) .*\S/gm)].map(([, name = '']) => name),
);

describe('the help', () => {
  it('is the same for help with a command as for the command with --help', async () => {
    for (const command of ['serve', 'bench compare'])
      assert.equal(await printedFor(['help', ...command.split(' ')]), await helpOf(command));
  });

  it('lists all commands', () => {
    for (const name of ['serve', 'bench', 'lookup', 'completion', 'bench compare', 'bench report'])
      assert.ok(commands.includes(name), name);
  });

  for (const command of ['', ...commands]) {
    it(`fits ${COLUMNS} columns: handoff ${command} --help`, async () => {
      const help = await helpOf(command);
      assert.ok(help.startsWith('handoff '));
      for (const line of help.split('\n')) assert.ok(line.length <= COLUMNS, line);
      assert.doesNotMatch(help, /\[default: "\d+"\]/);
      assert.doesNotMatch(help, /\[string\] \[default: \d/);
    });
  }

  it('says that an option takes a number, and which is the default', async () => {
    const help = (await helpOf('serve')).replace(/\s+/g, ' ');
    assert.match(help, /--threads maximum number of client threads \[number\] \[default: 64\]/);
    assert.match(help, /--port [^[]*\[number\]/);
  });

  it('is not rendered for a command that runs: yargs still has the method that is replaced', () => {
    const program = yargs([]) as unknown as YargsInternals;
    const usage = program.getInternalMethods?.().getUsageInstance();
    assert.equal(typeof usage?.cacheHelpMessage, 'function');
  });

  it('of serve has its options in groups', async () => {
    const help = await helpOf('serve');
    const titles = ['Positionals', 'Model', 'Address', 'TLS', 'Limits', 'Log', 'Services'];
    for (const title of titles) assert.match(help, new RegExp(`^${title}:$`, 'm'));
  });

  it(`fits a terminal of ${COLUMNS} columns`, { skip: noTerminal, timeout: 60_000 }, async (t) => {
    const terminal = openTerminal(t, ['serve', '--help']);
    assert.equal((await terminal.exit()).status, 0);
    const lines = terminal.output().split('\r\n');
    assert.ok(lines.length > 50);
    for (const line of lines) assert.ok(line.length <= COLUMNS, line);
  });
});
