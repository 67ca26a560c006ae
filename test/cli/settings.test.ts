/**
 * Every option of every command refuses a wrong value from the environment and from a configuration
 * file, and names the place. The table is made of the commands themselves, so that it covers a new
 * option by itself.
 */
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Argv } from 'yargs';
import { UsageError } from '../../src/base/errors.js';
import type { Command } from '../../src/cli/command.js';
import { warningOfVariables } from '../../src/cli/variables.js';
import { temporaryDirectory } from '../support/handoff.js';

interface Option {
  readonly type?: string;
  readonly choices?: readonly string[];
  readonly coerce?: (value: unknown) => unknown;
}

type Kind = 'boolean' | 'choice' | 'number' | 'text';
type Builder = NonNullable<Command<unknown>['builder']>;

const FOLDER = new URL('../../src/cli/', import.meta.url);
const COMMANDS = new Map<string, { builder: Builder; options: Record<string, Option> }>();

for (const file of readdirSync(fileURLToPath(FOLDER)).filter((name) => name.endsWith('.js'))) {
  // These run or end the process that loads them.
  if (['main.js', 'node-version.js'].includes(file)) continue;
  const exported = (await import(new URL(file, FOLDER).href)) as Record<string, unknown>;
  for (const [name, value] of Object.entries(exported)) {
    const { builder } = (value ?? {}) as Partial<Command<unknown>>;
    if (!/^\w+Command$/.test(name) || builder === undefined) continue;
    const { options, takesSettings } = optionsOf(builder);
    if (takesSettings) COMMANDS.set(name, { builder, options });
  }
}

/** What each kind refuses. In a variable everything is text. */
const WRONG: Record<Kind, { readonly texts: string[]; readonly values: unknown[] }> = {
  boolean: {
    texts: ['banana', '', 'True', 'FALSE', 'yes', '2', 'null', ' true'],
    values: ['maybe', 'true', '', 1, 0, null, {}, [], [true]],
  },
  choice: { texts: ['banana', '', 'null', '1'], values: ['banana', '', 1, true, null, {}, []] },
  number: {
    texts: ['banana', '', '1.5', '-1', '1e3', '0x10', 'Infinity', '1,5', ' 1', '[1]'],
    values: ['banana', '', 1.5, -1, 1e30, true, null, {}, [], [1, 2], [1], { a: { b: 1 } }],
  },
  text: { texts: [''], values: ['', 5, 0, true, null, {}, [], ['a', 'b'], { a: { b: 1 } }] },
};

describe('an option', () => {
  it('is known to this test for every command that takes settings', () => {
    const names = [...COMMANDS.keys()].map((name) => name.replace('Command', ''));
    for (const name of ['serve', 'chat', 'connect', 'quiz', 'watch', 'peer', 'fetch', 'timeline'])
      assert.ok(names.includes(name), name);
    assert.ok(Object.keys(COMMANDS.get('serveCommand')?.options ?? {}).length > 20);
  });

  it('of any command gives its variable a name that is known', () => {
    const names = [...COMMANDS.values()].flatMap(({ options }) => Object.keys(options));
    const env = Object.fromEntries(names.map((name) => [variableOf(name), '1']));
    assert.equal(warningOfVariables(env), undefined, 'variables.ts lists the options');
  });

  for (const [command, { builder, options }] of COMMANDS) {
    it(`of ${command} refuses wrong values of the environment and names the variable`, () => {
      for (const [name, option] of Object.entries(options)) {
        const variable = variableOf(name);
        for (const value of wrongTexts(option))
          assertRefused(builder, { [variable]: value }, `${variable} `, `${name}=${value}`);
      }
    });

    it(`of ${command} refuses wrong values of a file and names file and option`, (t) => {
      for (const [name, option] of Object.entries(options)) {
        for (const value of wrongValues(option)) {
          const config = configOf(t, { [name]: value });
          const place = `HANDOFF_CONFIG ${config}: "${name}" `;
          assertRefused(builder, { HANDOFF_CONFIG: config }, place, JSON.stringify(value));
        }
      }
    });

    it(`of ${command} has one spelling in a file`, (t) => {
      const first = Object.keys(options)[0] ?? '';
      const unknown = ['banana', first.toUpperCase(), 'config', 'extends', '_', '$0', 'help'];
      const camelled = Object.keys(options)
        .filter((name) => name.includes('-'))
        .map((name) => name.replace(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase()));
      for (const name of [...unknown, ...camelled, '__proto__', 'constructor']) {
        const config = configWith(t, `{${JSON.stringify(name)}: true}`);
        const place = `HANDOFF_CONFIG ${config}: "${name}" is no option`;
        assertRefused(builder, { HANDOFF_CONFIG: config }, place, name);
      }
    });

    it(`of ${command} takes its values from both, unless the command line has it`, (t) => {
      for (const [name, option] of Object.entries(options)) {
        for (const value of rightTexts(option)) accept(builder, { [variableOf(name)]: value });
        for (const value of rightValues(option))
          accept(builder, { HANDOFF_CONFIG: configOf(t, { [name]: value }) });
        const args = [`--${name}=${rightTexts(option)[0] ?? ''}`];
        accept(builder, { [variableOf(name)]: wrongTexts(option)[0] ?? '' }, args);
      }
    });
  }

  it('that is a boolean takes true, false, 1 and 0 from the environment', () => {
    const { builder } = COMMANDS.get('serveCommand') ?? assert.fail();
    for (const [text, value] of [
      ['true', true],
      ['1', true],
      ['false', false],
      ['0', false],
    ] as const)
      assert.equal(configured(builder, { HANDOFF_ONCE: text }, [])['once'], value);
  });

  it('that is a boolean takes nothing but true and false on the command line', () => {
    const { builder } = COMMANDS.get('serveCommand') ?? assert.fail();
    for (const arg of ['--once=banana', '--once=1', '--log-connections=maybe', '--once=']) {
      const name = arg.split('=')[0] ?? '';
      assertRefused(builder, {}, `${name} takes true or false`, arg, [arg]);
    }
    const fetch = COMMANDS.get('fetchCommand')?.builder ?? assert.fail();
    assertRefused(fetch, {}, '--headers takes true or false', '-i=yes', ['-i=yes']);
    for (const arg of ['--once=true', '--once=false', '--once', '--no-once', '--root=banana'])
      accept(builder, {}, [arg]);
  });
});

function kindOf(option: Option): Kind {
  if (option.type === 'boolean') return 'boolean';
  if (option.choices) return 'choice';
  return doesThrow(() => option.coerce?.('banana')) ? 'number' : 'text';
}

function wrongTexts(option: Option): string[] {
  return [...WRONG[kindOf(option)].texts, ...outside(option)];
}

function wrongValues(option: Option): unknown[] {
  return [...WRONG[kindOf(option)].values, ...outside(option)];
}

/** A choice in capitals is none. */
function outside({ choices = [] }: Option): string[] {
  return choices.slice(0, 1).map((choice) => choice.toUpperCase());
}

/** Candidates that this option takes. */
function rightTexts(option: Option): string[] {
  if (option.type === 'boolean') return ['true', 'false', '1', '0'];
  if (option.choices) return [...option.choices];
  const candidates = ['1', '10', '100', '127.0.0.1:9100', 'a.svg'];
  const right = candidates.filter((text) => !doesThrow(() => option.coerce?.(text)));
  assert.ok(right.length > 0, 'add an example of this kind of option');
  return right;
}

function rightValues(option: Option): unknown[] {
  if (option.type === 'boolean') return [true, false];
  const texts = rightTexts(option);
  return kindOf(option) === 'number' && !doesThrow(() => option.coerce?.('100'))
    ? [...texts, 100]
    : texts;
}

function doesThrow(call: () => unknown): boolean {
  try {
    call();
    return false;
  } catch {
    return true;
  }
}

function variableOf(name: string): string {
  return `HANDOFF_${name.replaceAll('-', '_').toUpperCase()}`;
}

function configOf(t: TestContext, settings: object): string {
  return configWith(t, JSON.stringify(settings));
}

const folders = new WeakMap<TestContext, string>();
let files = 0;

function configWith(t: TestContext, text: string): string {
  const folder = folders.get(t) ?? temporaryDirectory(t);
  folders.set(t, folder);
  const path = join(folder, `${++files}.json`);
  writeFileSync(path, text);
  return path;
}

type Environment = Record<string, string>;

function assertRefused(
  builder: Builder,
  env: Environment,
  place: string,
  what: string,
  args: readonly string[] = [],
): void {
  let refusal: unknown;
  try {
    builder(recorder().argv, { args, env, usage: '' });
  } catch (error) {
    refusal = error;
  }
  assert.ok(refusal instanceof UsageError, `${what} is refused, at ${place}: ${String(refusal)}`);
  assert.match(refusal.message, /^[^\n]+$/);
  assert.ok(refusal.message.startsWith(place), `${refusal.message} names ${place}`);
}

function accept(builder: Builder, env: Environment, args: readonly string[] = []): void {
  builder(recorder().argv, { args, env, usage: '' });
}

/** The settings that the command gives yargs. */
function configured(builder: Builder, env: Environment, args: readonly string[]) {
  const { argv, configs } = recorder();
  builder(argv, { args, env, usage: '' });
  return Object.assign({}, ...configs) as Record<string, unknown>;
}

function optionsOf(builder: Builder) {
  const { argv, options, configs } = recorder();
  builder(argv, { args: [], env: {}, usage: '' });
  return { options, takesSettings: configs.length > 0 };
}

/** Stands for yargs and records what a builder gives it. */
function recorder() {
  const options: Record<string, Option> = {};
  const configs: object[] = [];
  const argv: unknown = new Proxy(
    {},
    {
      get: (_target, method) => (first: unknown) => {
        if (method === 'options') Object.assign(options, first);
        if (method === 'config' && typeof first === 'object') configs.push(first as object);
        return argv;
      },
    },
  );
  return { argv: argv as Argv, options, configs };
}
