/**
 * What a shell may offer for the word at the cursor. Runs in the process that a shell starts at the
 * Tab key; completion-scripts.ts has the shells' side.
 *
 * The scripts call `SHELL=fish handoff --get-yargs-completions handoff word…`. yargs then prints the
 * commands, options and choices that fit, one a line, with a tab and a description. This file adds
 * names of services, and a last line `:files` where the shell shall offer files: `:files js ts` for
 * those with these extensions.
 */
import { MODEL_NAMES } from '../models/registry.js';
import { listServices } from '../services/catalogue.js';
import { COMPLETIONS } from './typed.js';

export const ANY_FILE = ':files';
const OWN_SERVICE = ':files js mjs cjs ts mts cts';

/** The options of all commands whose value is a path. */
const FILE_OPTIONS: readonly string[] = [
  'admin',
  'class',
  'config',
  'csv',
  'gradescope',
  'junit',
  'log-file',
  'o',
  'output',
  'own',
  'picture',
  'questions',
  'results',
  'root',
  'socket',
  'store',
  'tls-cert',
  'tls-key',
];

/** What the first argument of a command can be, where yargs has no choices for it. */
const FIRST_ARGUMENTS: Readonly<Record<string, () => string[]>> = {
  serve: () => [...services(), OWN_SERVICE],
  connect: services,
  explain: () => [...MODEL_NAMES],
  new: () => [OWN_SERVICE],
  timeline: () => [ANY_FILE],
  watch: () => [ANY_FILE],
  send: () => [ANY_FILE],
  'bench compare': () => [ANY_FILE],
  'bench nodes': () => [ANY_FILE],
  'bench report': () => [ANY_FILE],
};

/** A command line, as far as it is typed, as yargs parses it: options, and all other words. */
export interface ParsedWords {
  /** The name of the program, the command, its arguments, and the word at the cursor. */
  readonly _: readonly unknown[];
  readonly [option: string]: unknown;
}

/**
 * Prepares the arguments of a request: bash makes three words of `--model=ev`, other shells one.
 * Other arguments are returned as they are.
 */
export function requestArguments(args: readonly string[]): readonly string[] {
  if (args[0] !== COMPLETIONS) return args;
  const words = args.filter((word) => word !== '=');
  const [, option, value] = /^(--[\w-]+)=(.*)$/.exec(words.at(-1) ?? '') ?? [];
  if (option === undefined || value === undefined) return words;
  return [...words.slice(0, -1), option, value];
}

/** Whether a request is for the value of an option that takes a path: yargs refuses an empty one. */
export function asksForPath(args: readonly string[]): boolean {
  const option = /^--?([\w-]+)$/.exec(args.at(-2) ?? '')?.[1];
  return args[0] === COMPLETIONS && option !== undefined && FILE_OPTIONS.includes(option);
}

/**
 * Chooses what is offered.
 * @param words what is typed behind the name of the program; the word at the cursor is the last
 * @param usual what yargs offers
 */
export function candidatesFor(
  words: readonly string[],
  parsed: ParsedWords,
  usual: readonly string[],
): string[] {
  const option = /^--?([\w-]+)$/.exec(words.at(-2) ?? '')?.[1];
  if (option !== undefined && typeof parsed[option] !== 'boolean') return usual.filter(isNoOption);
  if (words.at(-1)?.startsWith('-')) return [...usual];
  const command = parsed._.slice(1, -1).join(' ');
  const first = FIRST_ARGUMENTS[command]?.() ?? usual.filter(isNoOption);
  return first.length > 0 ? first : [...usual];
}

function isNoOption(candidate: string): boolean {
  return !candidate.startsWith('-');
}

function services(): string[] {
  return listServices().map(({ name, summary }) => `${name}\t${summary}`);
}
