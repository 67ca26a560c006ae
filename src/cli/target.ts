/** The options with the server's address, for the commands of all clients. */
import type { Argv } from 'yargs';
import type { Target } from '../clients/wire/target.js';
import { portOf } from '../services/catalogue.js';
import type { Dialect } from '../services/service.js';
import { socketPath, text, wholeNumber, withSettings, type OptionSources } from './options.js';
import { serviceNamed } from './service-named.js';
import type { SettingOptions } from './settings.js';

const targetOptions = {
  host: {
    ...text('host'),
    default: '127.0.0.1',
    describe: 'host name or IP address to connect to',
  },
  port: {
    ...wholeNumber('port', 1, 65_535),
    describe: "port to connect to (default: the service's port)",
  },
  socket: {
    ...socketPath('socket'),
    describe: 'path of a Unix-domain socket to connect to, instead of host and port',
  },
} as const;

/**
 * Adds the options of the server's address to a command.
 * @param others the command's other options
 */
export function withTarget<T>(command: Argv<T>, sources: OptionSources, others: SettingOptions) {
  return withSettings(command, sources, { ...targetOptions, ...others }).options(targetOptions);
}

interface TargetArguments {
  readonly host: string;
  readonly port: number | undefined;
  readonly socket: string | undefined;
}

/**
 * Converts the parsed options into an address.
 * @param service name of the service with the default port
 * @throws UsageError on an unknown service without --port or --socket
 */
export function targetFrom(
  { host, port, socket }: TargetArguments,
  service: string,
  dialect?: Dialect,
): Target {
  return socket === undefined
    ? { host, port: port ?? defaultPort(service, dialect) }
    : { path: socket };
}

/** @throws UsageError on an unknown service */
export function defaultPort(service: string, dialect?: Dialect): number {
  return portOf(serviceNamed(service), dialect);
}
