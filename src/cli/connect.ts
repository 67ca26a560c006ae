/** `handoff connect`: a telnet that knows the default ports. Interactive, or scripted from a pipe. */
import type { Argv, CommandModule } from 'yargs';
import { converseWith, type Target } from '../clients/connect.js';
import { UsageError } from '../errors.js';
import { findService } from '../services/catalogue.js';
import { text, wholeNumber, withSettings } from './options.js';

const options = {
  host: { ...text('host'), default: '127.0.0.1', describe: 'host to connect to' },
  port: { ...wholeNumber('port', 1, 65_535), describe: "port to connect to (default: the service's)" },
  socket: { ...text('socket'), describe: 'path of a Unix-domain socket to connect to instead' },
} as const;

function builder(command: Argv) {
  return withSettings(command, Object.keys(options))
    .positional('service', { type: 'string', describe: 'whose port to use' })
    .options(options)
    .conflicts('socket', 'port')
    .example('$0 connect echo', 'type lines, end with Ctrl-D')
    .example("printf 'work 5\\n' | $0 connect work", 'scripted: exit status 0 if it was answered');
}

type Arguments = ReturnType<typeof builder> extends Argv<infer T> ? T : never;

export const connectCommand: CommandModule<object, Arguments> = {
  command: 'connect [service]',
  describe: 'talk to a server',
  builder: builder,
  async handler(args) {
    const answered = await converseWith(targetFrom(args), process.stdin, process.stdout);
    if (!answered) process.exitCode = 1;
  },
};

function targetFrom({ service, host, port, socket }: Arguments): Target {
  if (socket !== undefined) return { path: socket };
  if (port !== undefined) return { host, port };
  if (service === undefined) throw new UsageError('a service, --port or --socket is expected');
  const entry = findService(service);
  if (!entry) throw new UsageError(`there is no service ${JSON.stringify(service)}; give its --port`);
  return { host, port: entry.port };
}
