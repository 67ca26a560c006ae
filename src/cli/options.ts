/**
 * What options of all commands have in common: kinds of values, the environment, the configuration
 * file. settings.ts checks what comes from these two.
 */
import type { Argv, Options } from 'yargs';
import { UsageError } from '../base/errors.js';
import { checkValue, readConfig, shown, type SettingOptions } from './settings.js';
import { typedOptions, type CommandLine } from './typed.js';

/** The beginning of the variables that options come from. */
export const PREFIX = 'HANDOFF_';

/** The place of a value for messages: `--port`, or `HANDOFF_PORT` and `--config file: "port"`. */
type Place = string;

/**
 * An option with a whole number within bounds. typed.ts has checked the text of a typed value: yargs
 * turns `abc` into NaN, and takes `1e3` and `0x10`.
 */
export function wholeNumber(name: string, least: number, most: number) {
  return {
    type: 'number',
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
      checkSocketPath(place, oneValue(place, value, 'the path of a socket')),
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
      const text = oneValue(place, value, 'host:port');
      const [, host, v6 = host, port = ''] = /^(?:([^:[\]]+)|\[(.+)\]):(\d{1,5})$/.exec(text) ?? [];
      if (v6 !== undefined && Number(port) <= MOST_PORT) return { host: v6, port: Number(port) };
      throw new UsageError(`${place} takes host:port or [IPv6]:port, not ${shown(text)}`);
    },
  } as const satisfies Options;
}

function oneValue(place: Place, value: unknown, expected?: string): string {
  if (Array.isArray(value)) throw new UsageError(`${place} takes one value, not ${value.length}`);
  if (value === '' || value === undefined)
    throw new UsageError(`${place} needs a value${expected === undefined ? '' : `: ${expected}`}`);
  if (typeof value === 'string') return value;
  throw new UsageError(`${place} takes ${expected ?? 'a text'}, not ${shown(value)}`);
}

/**
 * Two ways to name a server. A source that uses one of them overrules the other in weaker sources.
 */
const PLACES = [['socket'], ['host', 'port']] as const;

/**
 * Where the options of a command come from, the strongest source first; a configuration file is the
 * weakest.
 */
export interface OptionSources extends CommandLine {
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

/**
 * Checks the command line, and lets a command's options come from HANDOFF_* variables and `--config
 * file.json` as well. Ignores variables that name no option of this command: they are for another
 * command.
 * @throws UsageError on a wrong value, with the name of its option, variable or file
 */
export function withSettings<T>(
  command: Argv<T>,
  sources: OptionSources,
  options: SettingOptions,
): Argv<T> {
  const { env } = sources;
  const typed = typedSettings(sources, options);
  // yargs does not say where a value has come from.
  const isTyped = (name: string) => typed.has(name);
  const isInEnvironment = (name: string) => env[variableOf(name)] !== undefined;
  checkOnePlace([...typed], (name) => `--${name}`);
  const typedPlaces = overruledBy(isTyped);
  const variables = Object.entries(options).filter(
    ([name]) => isInEnvironment(name) && !isTyped(name) && !typedPlaces.includes(name),
  );
  checkOnePlace(namesButHost(variables), variableOf);
  const fromEnvironment = Object.fromEntries(
    variables.map(([name, option]) => {
      const variable = variableOf(name);
      return [name, checkValue(variable, option, env[variable], { isText: true })];
    }),
  );
  const weakPlaces = overruledBy((name) => isTyped(name) || isInEnvironment(name));
  const fromFile = (path: string, source = '--config') => {
    const settings = Object.entries(readConfig(`${source} ${path}`, path, options)).filter(
      ([name]) => !weakPlaces.includes(name),
    );
    checkOnePlace(namesButHost(settings), (name) => `"${name}" of ${source} ${path}`);
    return { ...Object.fromEntries(settings), ...fromEnvironment };
  };
  const variable = variableOf('config');
  const path = isTyped('config') ? undefined : env[variable];
  return command
    .config(path === undefined ? fromEnvironment : fromFile(path, variable))
    .config('config', 'a JSON file with options of this command', (file) => fromFile(file));
}

/** The names of the typed options of a command that takes settings. */
export function typedSettings(line: CommandLine, options: SettingOptions): ReadonlySet<string> {
  return typedOptions(line, { ...options, config: text('config') });
}

/**
 * Checks the command line of a command whose options come from there only.
 * @throws UsageError that names the argument and the next step
 */
export function withoutSettings<T>(
  command: Argv<T>,
  line: CommandLine,
  options: SettingOptions = {},
): Argv<T> {
  typedOptions(line, options);
  return command;
}

/** One source must not name a server in both ways. */
function checkOnePlace(names: readonly string[], write: (name: string) => string): void {
  const other = names.find((name) => name === 'port' || name === 'host');
  if (!names.includes('socket') || other === undefined) return;
  throw new UsageError(
    `${write('socket')} and ${write(other)} exclude each other: a socket has no ${other}; leave one out`,
  );
}

/** A host beside a socket is refused only where it is typed: other commands may share the rest. */
function namesButHost(
  settings: readonly (readonly [name: string, ...rest: unknown[]])[],
): string[] {
  return settings.map(([name]) => name).filter((name) => name !== 'host');
}

/** The variable that an option comes from: HANDOFF_LOG_FILE for `log-file`. */
export function variableOf(option: string): string {
  return `${PREFIX}${option.replaceAll('-', '_').toUpperCase()}`;
}

function overruledBy(isGiven: (option: string) => boolean): string[] {
  return PLACES.filter((place) =>
    PLACES.some((other) => other !== place && other.some(isGiven)),
  ).flat();
}
