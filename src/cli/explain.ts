/**
 * `handoff explain`: prints how a model serves a client, and the last measurements of the model on
 * this machine. The texts are in explain-models.ts; ../../bench/run/last-numbers.ts reads the
 * measurements.
 */
import type { Argv } from 'yargs';
import { UsageError } from '../base/errors.js';
import { writeOut } from '../base/output.js';
import { explanations } from './explain-models.js';
import { fit } from './fit.js';
import { MODEL_NAMES, models } from '../models/registry.js';
import type { ModelName } from '../serving/host.js';
import type { ArgumentsOf, Command } from './command.js';
import { text, withSettings, type OptionSources } from './options.js';
import { listed, wrongChoice } from './settings.js';
import { withoutEffect } from './typed.js';

const options = {
  results: {
    ...text('results'),
    describe: 'folder of the saved runs (default: where bench saves them)',
  },
} as const;

function builder(command: Argv, sources: OptionSources) {
  return withSettings(command, sources, options)
    .positional('model', {
      type: 'string',
      coerce: modelNamed,
      describe: `${listed(MODEL_NAMES)} (default: list the models)`,
    })
    .options(options)
    .example('$0 explain event-loop', 'a page on the event loop');
}

/** @throws UsageError if there is no such model */
function modelNamed(name: string): ModelName {
  const model = MODEL_NAMES.find((one) => one === name);
  if (model) return model;
  throw new UsageError(`<model> ${wrongChoice(name, MODEL_NAMES)}`);
}

type Arguments = ArgumentsOf<typeof builder>;

export const explainCommand: Command<Arguments> = {
  builder: builder,
  async handler({ model, results }) {
    // A terminal without a known size reports 0.
    const columns = process.stdout.columns || undefined;
    if (model === undefined) {
      if (results !== undefined) throw withoutEffect('results', 'without <model>');
      const width = Math.max(...MODEL_NAMES.map(({ length }) => length));
      const lines = MODEL_NAMES.map((name) => `  ${name.padEnd(width)}  ${models[name].summary}`);
      const head = 'handoff explain <model> prints how the model serves a client:';
      await writeOut(fit([head, '', ...lines].join('\n'), columns));
      return;
    }
    const { lastNumbers } = await import('../../bench/run/last-numbers.js');
    const page = fit(explanations[model].trim(), columns);
    await writeOut(`${page}\n\n${lastNumbers(model, results, columns)}`);
  },
};
