/**
 * `handoff lab`: the models side by side, live in a browser. Prints the address of the page and runs
 * until a signal ends it. Read ../lab/lab.ts and ../lab/http/server.ts next.
 */
import type { Argv } from 'yargs';
import { writeOut } from '../base/output.js';
import { LabServer } from '../lab/http/server.js';
import { Lab } from '../lab/lab.js';
import { setupOf } from '../lab/setup.js';
import type { ArgumentsOf, Command } from './command.js';
import { wholeNumber, withSettings, type OptionSources } from './options.js';

const options = {
  port: {
    ...wholeNumber('port', 0, 65_535),
    default: 0,
    describe: 'port of the page on 127.0.0.1; 0 is any free port',
  },
  threads: {
    ...wholeNumber('threads', 1, 128),
    default: 12,
    describe: 'maximum number of client threads, at first',
  },
  queue: {
    ...wholeNumber('queue', 0, 4096),
    default: 1024,
    describe: 'maximum number of waiting clients, at first',
  },
} as const;

function builder(command: Argv, sources: OptionSources) {
  return withSettings(command, sources, options)
    .options(options)
    .example('$0 lab', 'prints the address of the page; Ctrl-C ends it')
    .example('$0 lab --port 7000 --threads 4', 'on the same port each time, with four threads');
}

type Arguments = ArgumentsOf<typeof builder>;

/** Between an answer and the next request, at first, in ms. */
const THINK_MS = 500;
/** At first: something moves in each row, and shows what a click does to the others. */
const VISITORS_PER_S = 5;

export const labCommand: Command<Arguments> = {
  builder,
  async handler({ port, threads, queue }) {
    const setup = setupOf();
    const names = setup.models.map(({ name }) => name);
    const ended = nextSignal();
    const lab = new Lab(names, {
      service: 'work',
      thinkMs: THINK_MS,
      visitorsPerS: VISITORS_PER_S,
      threads,
      queue,
    });
    try {
      const server = await LabServer.open(lab, setup, port);
      lab.start();
      await writeOut(`The lab is at ${server.url}`);
      await writeOut('Open it in a browser on this machine; Ctrl-C ends it and its servers.');
      await ended;
      server.close();
    } finally {
      await lab.close();
    }
  },
};

/** Two of a kind, microseconds apart, come from timeout(1) and count as one; so do impatient ones. */
function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => resolve());
  });
}
