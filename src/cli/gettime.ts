/** `handoff gettime`: prints the daytime service's time. Read ../clients/once/gettime.ts next. */
import type { Argv } from 'yargs';
import { getTime, getTimeByDatagram } from '../clients/once/gettime.js';
import { writeOut } from '../base/output.js';
import type { ArgumentsOf, Command } from './command.js';
import { runClient, timeoutOption } from './job.js';
import type { OptionSources } from './options.js';
import { defaultPort, targetFrom, withTarget } from './target.js';

const SERVICE = 'daytime';

const options = {
  transport: {
    choices: ['tcp', 'udp'] as const,
    default: 'tcp',
    requiresArg: true,
    describe: 'udp: sends a datagram, at most three times',
  },
  timeout: timeoutOption,
} as const;

function builder(command: Argv, sources: OptionSources) {
  return withTarget(command, sources, options)
    .options(options)
    .check(({ transport, socket }) => {
      if (transport === 'udp' && socket !== undefined)
        throw new Error('--transport udp cannot be used with --socket');
      return true;
    })
    .example('$0 gettime', 'exit status 0 if the server sent the time');
}

type Arguments = ArgumentsOf<typeof builder>;

export const gettimeCommand: Command<Arguments> = {
  builder,
  async handler(args) {
    const { transport, host, port, timeout } = args;
    await runClient(async () => {
      const asked =
        transport === 'udp'
          ? getTimeByDatagram(host, port ?? defaultPort(SERVICE), timeout)
          : getTime(targetFrom(args, SERVICE), timeout);
      await writeOut(await asked);
    });
  },
};
