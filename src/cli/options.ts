/** What the commands' options have in common: values that are checked, the environment, the configuration file. */
import { readFileSync } from 'node:fs';
import type { Argv, Options } from 'yargs';
import { UsageError } from '../base/errors.js';

const ENV_PREFIX = 'HANDOFF';

/** An option with a whole number between two bounds. yargs by itself turns `abc` into NaN and goes on. */
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

/** An option with a text that must not be empty. */
export function text(name: string) {
  return {
    type: 'string',
    requiresArg: true,
    coerce: (value: unknown): string => oneValue(name, value),
  } as const satisfies Options;
}

/** What fits into a `struct sockaddr_un`; libuv would cut a longer path, and use another socket. */
const MAX_SOCKET_PATH_BYTES = process.platform === 'darwin' ? 103 : 107;

/** An option with the path of a Unix-domain socket. */
export function socketPath(name: string) {
  return {
    type: 'string',
    requiresArg: true,
    coerce: (value: unknown): string => checkSocketPath(`--${name}`, oneValue(name, value)),
  } as const satisfies Options;
}

/** @param what the user gave it as */
export function checkSocketPath(what: string, path: string): string {
  const length = Buffer.byteLength(path);
  if (length <= MAX_SOCKET_PATH_BYTES) return path;
  throw new UsageError(
    `${what} takes a socket's path, of ${MAX_SOCKET_PATH_BYTES} bytes at the most, not one of ${length}`,
  );
}

function oneValue(name: string, value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) throw new UsageError(`--${name} takes one value, not ${value.length}`);
  if (typeof value !== 'string' || value === '') throw new UsageError(`--${name} needs a value`);
  return value;
}

/** The two ways to say where a server is. A source that says it in one way overrules weaker ones that do in the other. */
const ADDRESS_OPTIONS = [['socket'], ['host', 'port']] as const;

/**
 * Lets a command's options come from HANDOFF_* variables and `--config file.json` as well.
 * A variable that names no option of this command is for another one, and must not count as an unknown option.
 */
export function withSettings<T>(command: Argv<T>, names: readonly string[]): Argv<T> {
  const overruled = overruledBy(isTyped);
  const known = new Set(
    [...names, 'config'].filter((name) => !overruled.includes(name)).map((name) => variableOf(name)),
  );
  for (const variable of Object.keys(process.env)) {
    if (variable.startsWith(`${ENV_PREFIX}_`) && !known.has(variable))
      Reflect.deleteProperty(process.env, variable);
  }
  const inFile = overruledBy((name) => isTyped(name) || process.env[variableOf(name)] !== undefined);
  return command
    .env(ENV_PREFIX)
    .config('config', 'a JSON file with options of this command', (path: string) =>
      Object.fromEntries(Object.entries(readConfig(path)).filter(([name]) => !inFile.includes(name))),
    );
}

function variableOf(option: string): string {
  return `${ENV_PREFIX}_${option.replaceAll('-', '_').toUpperCase()}`;
}

/** Whether the option is on the command line itself. yargs does not tell where a value has come from. */
function isTyped(option: string): boolean {
  return process.argv.some((arg) => arg === `--${option}` || arg.startsWith(`--${option}=`));
}

function overruledBy(isGiven: (option: string) => boolean): string[] {
  return ADDRESS_OPTIONS.filter((place) =>
    ADDRESS_OPTIONS.some((other) => other !== place && other.some(isGiven)),
  ).flat();
}

function readConfig(path: string): object {
  try {
    const config: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config;
  } catch (error) {
    throw new UsageError(`cannot read --config ${path}: ${(error as Error).message}`, { cause: error });
  }
  throw new UsageError(`--config ${path} must hold a JSON object`);
}
