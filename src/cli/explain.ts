/**
 * `handoff explain`: how a model serves a client, and what was last measured of it here. The texts are in
 * explain-models.ts, the numbers come from bench/run/last-numbers.ts.
 */
import type { Argv } from 'yargs';
import { writeOut } from '../base/output.js';
import { explanations } from './explain-models.js';
import { MODEL_NAMES, models } from '../models/registry.js';
import type { ArgumentsOf, Command } from './command.js';
import { text, withSettings } from './options.js';

const options = {
  results: { ...text('results'), describe: 'folder of saved runs (default: where handoff bench saves them)' },
} as const;

function builder(command: Argv) {
  return withSettings(command, Object.keys(options))
    .positional('model', { choices: MODEL_NAMES, describe: 'its name; without it, they are listed' })
    .options(options)
    .example('$0 explain event-loop', 'a page on the event loop');
}

type Arguments = ArgumentsOf<typeof builder>;

export const explainCommand: Command<Arguments> = {
  builder: builder,
  async handler({ model, results }) {
    if (model === undefined) {
      const width = Math.max(...MODEL_NAMES.map(({ length }) => length));
      const lines = MODEL_NAMES.map((name) => `  ${name.padEnd(width)}  ${models[name].summary}`);
      await writeOut(['handoff explain <model> tells how it serves a client:', '', ...lines].join('\n'));
      return;
    }
    const { lastNumbers } = await import('../../bench/run/last-numbers.js');
    await writeOut(`${explanations[model].trim()}\n\n${lastNumbers(model, results)}`);
  },
};
