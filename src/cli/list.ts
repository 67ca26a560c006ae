/**
 * `handoff services` and `handoff models`: print a table of the services, or of the models and the ways
 * to their threads.
 */
import { writeOut } from '../base/output.js';
import { MODEL_NAMES, models } from '../models/registry.js';
import { HAND_OFF_WAYS, handOffs } from '../serving/hand-off.js';
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
    const ways = HAND_OFF_WAYS.map((way) => {
      const { models: takers, summary, lacking } = handOffs[way];
      const missing = lacking();
      return [way, takers.join(', '), missing === undefined ? summary : `needs ${missing}`];
    });
    const tables = [
      [['model', ''], ...rows],
      [['--handoff', 'model', ''], ...ways],
    ];
    await writeOut(tables.map((table) => columns(table).join('\n')).join('\n\n'));
  },
};
