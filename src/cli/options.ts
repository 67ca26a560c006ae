/** What the commands' options have in common: values that are checked, the environment, the configuration file. */
import { readFileSync } from 'node:fs';
import type { Argv, Options } from 'yargs';
import { UsageError } from '../errors.js';

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

function oneValue(name: string, value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) throw new UsageError(`--${name} takes one value, not ${value.length}`);
  if (typeof value !== 'string' || value === '') throw new UsageError(`--${name} needs a value`);
  return value;
}

/**
 * Lets a command's options come from HANDOFF_* variables and `--config file.json` as well.
 * A variable that names no option of this command is for another one, and must not count as an unknown option.
 */
export function withSettings<T>(command: Argv<T>, names: readonly string[]): Argv<T> {
  const known = new Set(
    [...names, 'config'].map((name) => `${ENV_PREFIX}_${name.replaceAll('-', '_').toUpperCase()}`),
  );
  for (const variable of Object.keys(process.env)) {
    if (variable.startsWith(`${ENV_PREFIX}_`) && !known.has(variable))
      Reflect.deleteProperty(process.env, variable);
  }
  return command.env(ENV_PREFIX).config('config', 'a JSON file with options of this command', readConfig);
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
