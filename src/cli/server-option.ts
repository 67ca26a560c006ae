/**
 * Parses `--server` of the bench: `name=command {port}` or `name=tcp://host:port`. Read bench.ts
 * next.
 */
import { parseAddress } from '../../bench/contenders/address.js';
import type { ServerOption } from '../../bench/run/options.js';
import { UsageError } from '../base/errors.js';

/** Starts with a letter or a digit: tables, plots and file names show it. */
const NAME = /^[a-z\d][\w.-]{0,29}$/i;
const ADDRESS = 'tcp://';
const FORM = "'name=command {port}' or 'name=tcp://host:port'";

/**
 * @param taken names of our own contenders
 * @throws UsageError for a value of another form, or a name that is used already
 */
export function serverOptions(values: readonly string[], taken: readonly string[]): ServerOption[] {
  const used = new Set(taken);
  return values.map((value) => {
    const server = serverOption(value);
    if (used.has(server.name))
      throw new UsageError(`--server: the name ${server.name} is taken; choose another`);
    used.add(server.name);
    return server;
  });
}

function serverOption(value: string): ServerOption {
  const end = value.indexOf('=');
  const name = value.slice(0, Math.max(0, end));
  const where = value.slice(end + 1).trim();
  if (!NAME.test(name) || where === '') {
    throw new UsageError(
      `--server takes ${FORM}, with a name of up to 30 letters, digits, . _ -; ` +
        `not ${JSON.stringify(value)}`,
    );
  }
  if (where.startsWith(ADDRESS)) {
    const address = where.slice(ADDRESS.length).replace(/\/$/, '');
    return { name, at: parseAddress(address, `--server ${name}=${ADDRESS}…`) };
  }
  if (where.includes('{port}')) return { name, at: { command: where } };
  throw new UsageError(
    `--server ${name}: the command has no {port}. The bench chooses the port that the server ` +
      `must listen on: ${name}=${JSON.stringify(`${where} {port}`)}. A server that runs ` +
      `already is ${name}=tcp://host:port`,
  );
}
