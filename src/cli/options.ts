/**
 * What options of all commands have in common: kinds of values, the environment, the configuration
 * file. settings.ts checks what comes from these two.
 */
import type { Argv, Options } from 'yargs';
import { UsageError } from '../base/errors.js';
import { checkFlags, checkValue, readConfig, shown, type SettingOptions } from './settings.js';

const ENV_PREFIX = 'HANDOFF';

/** The place of a value for messages: `--port`, or `HANDOFF_PORT` and `--config file: "port"`. */
type Place = string;

/** An option with a whole number within bounds. yargs itself would turn `abc` into NaN. */
export function wholeNumber(name: string, least: number, most: number) {
  return {
    type: 'string',
    requiresArg: true,
    coerce: (value: unknown, place: Place = `--${name}`): number => {
      const expected = `a whole number from ${least} to ${most}`;
      const text = oneValue(place, typeof value === 'number' ? String(value) : value, expected);
      const number = Number(text);
      if (/^\d+$/.test(text) && number >= least && number <= most) return number;
      throw new UsageError(`${place} takes ${expected}, not ${shown(text)}`);
    },
  } as const satisfies Options;
}

/** An option with a text that is not empty. */
export function text(name: string) {
  return {
    type: 'string',
    requiresArg: true,
    coerce: (value: unknown, place: Place = `--${name}`): string => oneValue(place, value),
  } as const satisfies Options;
}

const MOST_PORT = 65_535;
/** The size of `sun_path`, less its end. libuv would cut a longer path and use another socket. */
const MOST_SOCKET_PATH_BYTES = process.platform === 'darwin' ? 103 : 107;

/** An option with the path of a Unix-domain socket. */
export function socketPath(name: string) {
  return {
    type: 'string',
    requiresArg: true,
    coerce: (value: unknown, place: Place = `--${name}`): string =>
      checkSocketPath(place, oneValue(place, value)),
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

/** An option with a host and a port: `127.0.0.1:9100`, `[::1]:9100`. */
export function hostAndPort(name: string) {
  return {
    type: 'string',
    requiresArg: true,
    coerce: (value: unknown, place: Place = `--${name}`): { host: string; port: number } => {
      const text = oneValue(place, value);
      const [, host, v6 = host, port = ''] = /^(?:([^:[\]]+)|\[(.+)\]):(\d{1,5})$/.exec(text) ?? [];
      if (v6 !== undefined && Number(port) <= MOST_PORT) return { host: v6, port: Number(port) };
      throw new UsageError(`${place} takes host:port or [IPv6]:port, not ${shown(text)}`);
    },
  } as const satisfies Options;
}

function oneValue(place: Place, value: unknown, expected = 'a text'): string {
  if (Array.isArray(value)) throw new UsageError(`${place} takes one value, not ${value.length}`);
  if (value === '' || value === undefined) throw new UsageError(`${place} needs a value`);
  if (typeof value === 'string') return value;
  throw new UsageError(`${place} takes ${expected}, not ${shown(value)}`);
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
 * @throws UsageError on a wrong value, with the name of its variable or file
 */
export function withSettings<T>(
  command: Argv<T>,
  { args, env }: OptionSources,
  options: SettingOptions,
): Argv<T> {
  checkFlags(args, options);
  // yargs does not say where a value has come from.
  const isTyped = (name: string) =>
    args.some((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  const isInEnvironment = (name: string) => env[variableOf(name)] !== undefined;
  const typedPlaces = overruledBy(isTyped);
  const fromEnvironment = Object.fromEntries(
    Object.entries(options)
      .filter(([name]) => isInEnvironment(name) && !isTyped(name) && !typedPlaces.includes(name))
      .map(([name, option]) => {
        const variable = variableOf(name);
        return [name, checkValue(variable, option, env[variable], { isText: true })];
      }),
  );
  const weakPlaces = overruledBy((name) => isTyped(name) || isInEnvironment(name));
  const fromFile = (path: string, source = '--config') => {
    const settings = Object.entries(readConfig(`${source} ${path}`, path, options)).filter(
      ([name]) => !weakPlaces.includes(name),
    );
    return { ...Object.fromEntries(settings), ...fromEnvironment };
  };
  const variable = variableOf('config');
  const path = isTyped('config') ? undefined : env[variable];
  return command
    .config(path === undefined ? fromEnvironment : fromFile(path, variable))
    .config('config', 'a JSON file with options of this command', (file) => fromFile(file));
}

function variableOf(option: string): string {
  return `${ENV_PREFIX}_${option.replaceAll('-', '_').toUpperCase()}`;
}

function overruledBy(isGiven: (option: string) => boolean): string[] {
  return PLACES.filter((place) =>
    PLACES.some((other) => other !== place && other.some(isGiven)),
  ).flat();
}
