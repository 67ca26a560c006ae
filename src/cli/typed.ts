/**
 * Reads the command line before yargs does, and refuses what is wrong in it with one line: unknown,
 * repeated and empty options, wrong values, missing and additional arguments. yargs would name
 * neither the right option nor the next step, and would take the last of two values. Main thread of
 * every command; program.ts and options.ts call it.
 */
import { parseArgs } from 'node:util';
import { UsageError } from '../base/errors.js';
import { checkValue, shown, type SettingOptions } from './settings.js';
import { closest, didYouMean } from './suggestion.js';

/** What is typed for a command. */
export interface CommandLine {
  /** The arguments behind the program's name, with the name of the command. */
  readonly args: readonly string[];
  /** The command and its arguments, such as `serve <service>`. */
  readonly usage: string;
  /** A right command line without `handoff`, for the message about a missing argument. */
  readonly example?: string | undefined;
  readonly subcommands?: readonly string[];
}

/** The argument by which the script for shell completion calls the program. */
export const COMPLETIONS = '--get-yargs-completions';

/** The options of all commands. */
const GLOBAL = { help: { type: 'boolean' }, version: { type: 'boolean' } } as const;

interface TypedOption {
  /** Undefined: the command has no such option. */
  readonly name: string | undefined;
  /** As it is typed, such as `-o`. */
  readonly written: string;
  /** Undefined: not typed with `=`. */
  readonly inline: string | undefined;
  readonly isNegated: boolean;
  readonly values: string[];
}

interface Typed {
  readonly options: readonly TypedOption[];
  readonly words: readonly string[];
  /** The words behind `--`. */
  readonly wordsAtEnd: readonly string[];
}

/**
 * Checks what is typed.
 * @returns the names of the typed options
 * @throws UsageError that names the argument and the next step
 */
export function typedOptions(line: CommandLine, options: SettingOptions): ReadonlySet<string> {
  const typed = read(line.args, { ...GLOBAL, ...options });
  const isForHelp =
    typed.options.some(({ name }) => name === 'help' || name === 'version') ||
    typed.words.at(-1) === 'help';
  if (isForHelp || line.args.includes(COMPLETIONS)) return new Set();
  const names = new Set<string>();
  for (const option of typed.options) {
    const name = checkOption(option, line, options);
    if (names.has(name) && !isList(options, name)) throw new UsageError(twice(name, typed));
    names.add(name);
  }
  checkWords(typed, line, options);
  return names;
}

/** Whether an option may be given several times. */
function isList(options: SettingOptions, name: string): boolean {
  const { array, repeatable } = options[name] ?? {};
  return (array ?? false) || (repeatable ?? false);
}

function twice(name: string, { options }: Typed): string {
  const values = options.filter((one) => one.name === name).flatMap((one) => one.values);
  const which = values.length > 1 ? `, as ${values.slice(0, 2).map(shown).join(' and ')}` : '';
  return `--${name} is given twice${which}; give it once`;
}

/** @returns the name of the option */
function checkOption(
  { name, written, inline, isNegated, values }: TypedOption,
  line: CommandLine,
  options: SettingOptions,
): string {
  const option = name === undefined ? undefined : options[name];
  if (name === undefined || option === undefined) {
    const names = Object.keys({ ...options, ...GLOBAL });
    const command = commandOf(line.usage);
    throw new UsageError(
      `${command || 'handoff'} has no option ${written}` +
        didYouMean(written.replace(/^-+/, ''), names, seeHelp(command), (one) =>
          asTyped(one, written, options),
        ),
    );
  }
  if (option.type === 'boolean') {
    if (values.every((value) => value === 'true' || value === 'false')) return name;
    throw new UsageError(`${written} takes true or false, not ${shown(values[0])}`);
  }
  if (isNegated) throw new UsageError(`--${name} takes a value, so there is no ${written}`);
  const [value] = values;
  // A negative number is a wrong value rather than the next option.
  const isMissing = inline === undefined && value !== undefined && /^-[^\d]/.test(value);
  if (isMissing || values.length === 0) {
    checkValue(`--${name}`, option, undefined);
    throw new UsageError(`--${name} needs a value`);
  }
  for (const one of values) checkValue(`--${name}`, option, one);
  return name;
}

/** The name that a misspelt option stands for, negated if it was, and can be. */
function asTyped(name: string, written: string, options: SettingOptions): string {
  const isNegated = written.startsWith('--no-') && options[name]?.type === 'boolean';
  return `--${isNegated ? 'no-' : ''}${name}`;
}

function checkWords(
  { words, wordsAtEnd }: Typed,
  { usage, example, subcommands = [] }: CommandLine,
  options: SettingOptions,
): void {
  const command = commandOf(usage);
  const wanted = usage.split(' ').slice(command.split(' ').length);
  const given = words.slice(command.split(' ').length);
  const isEndless = wanted.some((argument) => argument.includes('..'));
  const isRequired = (argument: string) => argument.startsWith('<');
  const missing = wanted.slice(given.length).filter(isRequired);
  if (missing.length > 0 && !(isEndless && wordsAtEnd.length > 0)) {
    const next = example === undefined ? seeHelp(command) : `for example: handoff ${example}`;
    throw new UsageError(`${command} needs ${missing.join(' and ')}; ${next}`);
  }
  const extra = [...given.slice(wanted.length), ...wordsAtEnd][0];
  if (extra === undefined || isEndless) return;
  const takes = wanted.length === 0 ? 'none' : `only ${wanted.join(' and ')}`;
  throw new UsageError(
    `${shown(extra)} is one argument too many: ${command} takes ${takes}` +
      (suggestionFor(extra, command, subcommands, options) ?? `; ${seeHelp(command)}`),
  );
}

/** An additional argument may be a misspelt subcommand, or a value whose option is missing. */
function suggestionFor(
  extra: string,
  command: string,
  subcommands: readonly string[],
  options: SettingOptions,
): string | undefined {
  const [option] = Object.entries(options).find(([, one]) => one.choices?.includes(extra)) ?? [];
  if (option !== undefined) return `; did you mean --${option} ${extra}?`;
  const subcommand = closest(extra, subcommands);
  return subcommand && `; did you mean ${command} ${subcommand}?`;
}

/** @param why the circumstances, such as `with --once` */
export function withoutEffect(name: string, why: string): UsageError {
  return new UsageError(`--${name} has no effect ${why}; leave it out`);
}

/** The words of a command, such as `bench compare`. */
function commandOf(usage: string): string {
  return usage
    .split(' ')
    .filter((word) => !/^[<[]/.test(word))
    .join(' ');
}

export function seeHelp(command: string): string {
  return `see handoff ${command === '' ? '' : `${command} `}--help`;
}

function read(args: readonly string[], options: SettingOptions): Typed {
  const { tokens } = parseArgs({
    args: args.map((arg) => withLongName(arg, options)),
    options: parserOptions(options),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const typed: TypedOption[] = [];
  const words: string[] = [];
  const wordsAtEnd: string[] = [];
  let target = words;
  /** The option that a word may belong to. */
  let open: TypedOption | undefined;
  for (const token of tokens) {
    if (token.kind === 'option-terminator') target = wordsAtEnd;
    else if (token.kind === 'option') {
      const { value } = token;
      typed.push({
        name: nameOf(token.name, options),
        written: token.rawName,
        inline: token.inlineValue ? value : undefined,
        isNegated: token.name.startsWith('no-'),
        values: value === undefined ? [] : [value],
      });
      open = typed.at(-1);
      continue;
    } else if (open && takes(open, token.value, options)) {
      open.values.push(token.value);
      continue;
    } else target.push(token.value);
    open = undefined;
  }
  return { options: typed, words, wordsAtEnd };
}

/** `-o=file` as yargs takes it; parseArgs would take `=` as a part of the value. */
function withLongName(arg: string, options: SettingOptions): string {
  const [, alias, value = ''] = /^-(\w)=([^]*)$/.exec(arg) ?? [];
  const [name] = Object.entries(options).find(([, one]) => alias && one.alias === alias) ?? [];
  return name === undefined ? arg : `--${name}=${value}`;
}

/** Whether a word behind an option is its value, and not an argument of the command. */
function takes({ name, values }: TypedOption, word: string, options: SettingOptions): boolean {
  const option = name === undefined ? undefined : options[name];
  if (option?.type === 'boolean')
    return values.length === 0 && (word === 'true' || word === 'false');
  return option?.array ?? false;
}

/** The forms of names that yargs takes as well: `logFile`, `no-once`, `o`. */
function nameOf(typed: string, options: SettingOptions): string | undefined {
  const names = Object.keys(options);
  const spelt = (written: string) =>
    names.find((name) => [name, camelled(name), options[name]?.alias].includes(written));
  return spelt(typed) ?? (typed.startsWith('no-') ? spelt(typed.slice(3)) : undefined);
}

function parserOptions(options: SettingOptions) {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, { type, alias }]) => {
      const parsed = { type: type === 'boolean' ? 'boolean' : 'string' } as const;
      return [
        [name, { ...parsed, ...(alias?.length === 1 && { short: alias }) }],
        [camelled(name), parsed],
      ].slice(0, camelled(name) === name ? 1 : 2) as [string, typeof parsed][];
    }),
  );
}

function camelled(name: string): string {
  return name.replace(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase());
}
