/** `handoff services` and `handoff models`: print a table of the services or of the models. */
import { writeOut } from '../base/output.js';
import { MODEL_NAMES, models } from '../models/registry.js';
import { listServices } from '../services/catalogue.js';
import { columns } from './columns.js';
import type { Command } from './command.js';
import { withoutSettings } from './options.js';

export const servicesCommand: Command<object> = {
  builder: withoutSettings,
  async handler() {
    const rows = listServices().map(({ name, port, framing, summary }) => [
      name,
      `${port}`,
      framing,
      summary,
    ]);
    await writeOut(columns([['service', 'port', 'framing', ''], ...rows]).join('\n'));
  },
};

export const modelsCommand: Command<object> = {
  builder: withoutSettings,
  async handler() {
    const rows = MODEL_NAMES.map((name) => [name, models[name].summary]);
    await writeOut(columns([['model', ''], ...rows]).join('\n'));
  },
};
