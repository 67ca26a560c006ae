/** `handoff lookup`: prints a host's addresses and names. Read ../clients/once/lookup.ts next. */
import { hostname } from 'node:os';
import type { Argv } from 'yargs';
import { lookUp, type AddressRecord, type HostInfo } from '../clients/once/lookup.js';
import { ownAddresses, type OwnAddresses } from '../clients/once/own-addresses.js';
import { UsageError } from '../base/errors.js';
import { writeOut } from '../base/output.js';
import { columns } from './columns.js';
import type { ArgumentsOf, Command } from './command.js';
import { runClient, timeoutOption } from './job.js';
import { withSettings, type OptionSources } from './options.js';

const options = {
  json: { type: 'boolean', default: false, describe: 'print one JSON object' },
  timeout: { ...timeoutOption, describe: 'timeout of the whole look-up in ms' },
} as const;

function builder(command: Argv, sources: OptionSources) {
  return withSettings(command, sources, options)
    .positional('name', {
      type: 'string',
      describe: 'host name or IP address (default: this machine)',
    })
    .positional('service', {
      type: 'string',
      describe: 'service name, such as http, or port number',
    })
    .options(options)
    .example('$0 lookup localhost http', 'prints addresses, names, and one record per socket type');
}

type Arguments = ArgumentsOf<typeof builder>;

export const lookupCommand: Command<Arguments> = {
  builder,
  async handler({ name = hostname(), service, json, timeout }) {
    if (name === '' || service === '')
      throw new UsageError('the name and the service must not be empty');
    await runClient(async () => {
      const own = name === hostname() ? await ownAddresses() : undefined;
      // First: they are known even if no name service knows this machine.
      if (own && !json) await writeOut(`${formattedOwn(own)}\n`);
      const info = await lookUp(name, service, timeout);
      await writeOut(json ? JSON.stringify({ ...info, own }) : formatted(info));
    });
  },
};

function formattedOwn({ addresses, forOthers }: OwnAddresses): string {
  const everywhere = forOthers?.includes(':') ? '::' : '0.0.0.0';
  const rows = addresses.map((own) => [own.interface, own.family, own.address, own.reach]);
  const advice =
    forOthers === undefined
      ? 'no other machine can connect: there is no network'
      : `others connect to ${forOthers}, if the server listens there (serve --host ${everywhere})`;
  return [...columns([['interface', 'family', 'address', 'reached from'], ...rows]), advice].join(
    '\n',
  );
}

function formatted({ hostname, name, address, canonical, reverse, records }: HostInfo): string {
  const facts: [what: string, value: string][] = [
    ['this machine', hostname],
    ['name', name],
    ['address', address ?? 'no IPv4 address'],
    ['canonical name', `${canonical.name} (${canonical.source})`],
    ...reverse.map(({ address: of, names }): [string, string] => [
      `names of ${of}`,
      names.length === 0 ? 'none known' : names.join(', '),
    ]),
  ];
  return [...columns(facts), '', ...columns([HEAD, ...records.map(cells)])].join('\n');
}

const HEAD = ['family', 'type', 'protocol', 'port', 'address'];

function cells({ family, type, protocol, port, address }: AddressRecord): string[] {
  return [family, type, protocol, `${port}`, address];
}
