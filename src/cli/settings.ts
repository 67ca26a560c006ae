/**
 * Checks the values that a command's options get from the command line, the environment and a
 * configuration file, before yargs sees them: yargs takes any text for a boolean, and a list for a
 * choice. Main thread of every command. options.ts decides which source wins.
 */
import { readFileSync } from 'node:fs';
import { UsageError } from '../base/errors.js';
import { fileError } from '../base/part-file.js';
import { closest, didYouMean } from './suggestion.js';

/** The part of a yargs option that says which values are right. */
interface SettingOption {
  readonly type?: 'string' | 'number' | 'boolean';
  readonly choices?: readonly string[];
  readonly alias?: string;
  /** Takes all words up to the next option. */
  readonly array?: boolean;
  /** May be given several times. */
  readonly repeatable?: boolean;
  /**
   * Throws on a wrong value.
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
/** A suggestion stands in for a longer list of choices. */
const MOST_LISTED = 6;

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
    throw new UsageError(`${place} ${wrongChoice(value, choices)}`);
  }
  coerce?.(value, place);
  return value;
}

/** The end of the message about a value that is none of the choices. */
export function wrongChoice(value: unknown, choices: readonly string[]): string {
  if (value === undefined) return `needs a value: ${listed(choices)}`;
  const meant = typeof value === 'string' ? closest(value, choices) : undefined;
  if (meant === undefined) return `takes ${listed(choices)}, not ${shown(value)}`;
  const which = choices.length > MOST_LISTED ? `one of ${choices.length} names` : listed(choices);
  return `takes ${which}, not ${shown(value)}; did you mean ${meant}?`;
}

/** `a, b or c` */
export function listed(names: readonly string[], last: 'or' | 'and' = 'or'): string {
  return names.join(', ').replace(/, ([^,]*)$/, ` ${last} $1`);
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
      if (!option) {
        const next = didYouMean(name, Object.keys(options), 'remove it', (one) => `"${one}"`);
        throw new UsageError(`${where} is no option of this command${next}`);
      }
      return [name, checkValue(where, option, value)];
    }),
  );
}

function parseConfig(place: string, path: string): object {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(fileError('read', place, error).message, { cause: error });
  }
  try {
    const config: unknown = JSON.parse(text);
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
