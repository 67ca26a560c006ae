/**
 * What options of all commands have in common: checks of values, the environment, the configuration
 * file.
 */
import { readFileSync } from 'node:fs';
import type { Argv, Options } from 'yargs';
import { UsageError } from '../base/errors.js';

const ENV_PREFIX = 'HANDOFF';

/** An option with a whole number within bounds. yargs itself would turn `abc` into NaN. */
export function wholeNumber(name: string, least: number, most: number) {
  return {
    type: 'string',
    requiresArg: true,
    coerce: (value: unknown): number => {
      const text = oneValue(name, value);
      const number = Number(text);
      if (!/^\d+$/.test(text) || number < least || number > most) {
        throw new UsageError(
          `--${name} takes a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`,
        );
      }
      return number;
    },
  } as const satisfies Options;
}

/** An option with a text that is not empty. */
export function text(name: string) {
  return {
    type: 'string',
    requiresArg: true,
    coerce: (value: unknown): string => oneValue(name, value),
  } as const satisfies Options;
}

/** The size of `sun_path`, less its end. libuv would cut a longer path and use another socket. */
const MOST_SOCKET_PATH_BYTES = process.platform === 'darwin' ? 103 : 107;

/** An option with the path of a Unix-domain socket. */
export function socketPath(name: string) {
  return {
    type: 'string',
    requiresArg: true,
    coerce: (value: unknown): string => checkSocketPath(`--${name}`, oneValue(name, value)),
  } as const satisfies Options;
}

/**
 * @param what how the user gave the path, such as `--socket`
 * @throws UsageError when the path is too long
 */
export function checkSocketPath(what: string, path: string): string {
  const length = Buffer.byteLength(path);
  if (length <= MOST_SOCKET_PATH_BYTES) return path;
  throw new UsageError(
    `${what} takes a socket's path, of ${MOST_SOCKET_PATH_BYTES} bytes at the most, not one of ${length}`,
  );
}

function oneValue(name: string, value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) throw new UsageError(`--${name} takes one value, not ${value.length}`);
  if (typeof value !== 'string' || value === '') throw new UsageError(`--${name} needs a value`);
  return value;
}

/**
 * Two ways to name a server. A source that uses one of them overrules the other in weaker sources.
 */
const PLACES = [['socket'], ['host', 'port']] as const;

/**
 * Where the options of a command come from, the strongest source first; a configuration file is the
 * weakest.
 */
export interface OptionSources {
  /** The arguments behind the program's name. */
  readonly args: readonly string[];
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

/**
 * Lets a command's options come from HANDOFF_* variables and `--config file.json` as well.
 * Ignores variables that name no option of this command: they are for another command.
 * @param names the options of the command
 */
export function withSettings<T>(
  command: Argv<T>,
  { args, env }: OptionSources,
  names: readonly string[],
): Argv<T> {
  // yargs does not say where a value has come from.
  const isTyped = (name: string) =>
    args.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  const isInEnvironment = (name: string) => env[variableOf(name)] !== undefined;
  const typedPlaces = overruledBy(isTyped);
  const fromEnvironment = Object.fromEntries(
    names
      .filter((name) => isInEnvironment(name) && !isTyped(name) && !typedPlaces.includes(name))
      .map((name) => [name, env[variableOf(name)]]),
  );
  const weakPlaces = overruledBy((name) => isTyped(name) || isInEnvironment(name));
  const fromFile = (path: string) => {
    const settings = Object.entries(readConfig(path)).filter(
      ([name]) => !weakPlaces.includes(name),
    );
    return { ...Object.fromEntries(settings), ...fromEnvironment };
  };
  const path = isTyped('config') ? undefined : env[variableOf('config')];
  return command
    .config(path === undefined ? fromEnvironment : fromFile(path))
    .config('config', 'a JSON file with options of this command', fromFile);
}

function variableOf(option: string): string {
  return `${ENV_PREFIX}_${option.replaceAll('-', '_').toUpperCase()}`;
}

function overruledBy(isGiven: (option: string) => boolean): string[] {
  return PLACES.filter((place) =>
    PLACES.some((other) => other !== place && other.some(isGiven)),
  ).flat();
}

function readConfig(path: string): object {
  try {
    const config: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config;
  } catch (error) {
    throw new UsageError(`cannot read --config ${path}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  throw new UsageError(`--config ${path} must hold a JSON object`);
}
