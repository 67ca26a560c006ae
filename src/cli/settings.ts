/**
 * Checks the values that a command's options get from the environment and from a configuration
 * file, before yargs sees them: yargs takes any text for a boolean, and a list for a choice. Main
 * thread of every command. options.ts decides which source wins.
 */
import { readFileSync } from 'node:fs';
import { UsageError } from '../base/errors.js';

/** The part of a yargs option that says which values are right. */
interface SettingOption {
  readonly type?: 'string' | 'boolean';
  readonly choices?: readonly string[];
  readonly alias?: string;
  /**
   * Of a `string`: throws on a wrong value.
   * @param place where the value stands, for the message
   */
  readonly coerce?: (value: unknown, place?: string) => unknown;
}

export type SettingOptions = Readonly<Record<string, SettingOption>>;

const BOOLEANS = new Map<unknown, boolean>([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);
const LONGEST_SHOWN = 60;

/**
 * @param place names the value's source, such as `HANDOFF_PORT`
 * @param isText whether the source has no other types, as the environment
 * @returns the value for yargs
 * @throws UsageError that begins with the place
 */
export function checkValue(
  place: string,
  { type, choices, coerce }: SettingOption,
  value: unknown,
  { isText = false } = {},
): unknown {
  if (type === 'boolean') {
    const flag = isText ? BOOLEANS.get(value) : value;
    if (typeof flag === 'boolean') return flag;
    const values = isText ? 'true, false, 1 or 0' : 'true or false';
    throw new UsageError(`${place} takes ${values}, not ${shown(value)}`);
  }
  if (choices) {
    if (typeof value === 'string' && choices.includes(value)) return value;
    throw new UsageError(`${place} takes ${choices.join(' or ')}, not ${shown(value)}`);
  }
  coerce?.(value, place);
  return typeof value === 'number' ? String(value) : value;
}

/**
 * Refuses a value of a boolean on the command line: yargs reads `--once=yes` as false.
 * @throws UsageError that begins with the argument
 */
export function checkFlags(args: readonly string[], options: SettingOptions): void {
  const flags = Object.entries(options)
    .filter(([, { type }]) => type === 'boolean')
    .flatMap(([name, { alias = name }]) => [name, camelled(name), alias]);
  const end = args.indexOf('--');
  for (const arg of end === -1 ? args : args.slice(0, end)) {
    const [, dashes = '', name = '', value = ''] = /^(--?)([^=]+)=([^]*)$/.exec(arg) ?? [];
    if (flags.includes(name) && value !== 'true' && value !== 'false')
      throw new UsageError(`${dashes}${name} takes true or false, not ${shown(value)}`);
  }
}

/**
 * The options that a configuration file gives.
 * @param place names the file and who named it
 * @throws UsageError when it cannot be read, has an unknown option or a wrong value
 */
export function readConfig(place: string, path: string, options: SettingOptions): object {
  const config = parseConfig(place, path);
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => {
      const option = Object.hasOwn(options, name) ? options[name] : undefined;
      const where = `${place}: ${JSON.stringify(name)}`;
      if (!option) throw new UsageError(`${where} is no option of this command`);
      return [name, checkValue(where, option, value)];
    }),
  );
}

function parseConfig(place: string, path: string): object {
  try {
    const config: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config;
  } catch (error) {
    const reason = (error as Error).message.replace(/\s+/g, ' ');
    throw new UsageError(`cannot read ${place}: ${reason}`, { cause: error });
  }
  throw new UsageError(`${place} must hold a JSON object`);
}

/** A wrong value as it stands in the source, in one line. */
export function shown(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > LONGEST_SHOWN ? `${json.slice(0, LONGEST_SHOWN)}…` : json;
}

/** yargs takes an option's name in this form as well. */
function camelled(name: string): string {
  return name.replace(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase());
}
