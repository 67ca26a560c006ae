/** `handoff services` and `handoff models`: print a table of the services or of the models. */
import Table from 'cli-table3';
import { writeOut } from '../base/output.js';
import { MODEL_NAMES, models } from '../models/registry.js';
import { listServices } from '../services/catalogue.js';
import type { Command } from './command.js';

export const servicesCommand: Command<object> = {
  async handler() {
    const rows = listServices().map(({ name, port, framing, summary }) => [name, port, framing, summary]);
    await print(['service', 'port', 'framing', ''], rows);
  },
};

export const modelsCommand: Command<object> = {
  async handler() {
    await print(
      ['model', ''],
      MODEL_NAMES.map((name) => [name, models[name].summary]),
    );
  },
};

function print(head: string[], rows: (string | number)[][]): Promise<void> {
  const bare = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '', left: '', right: '', middle: '  ' };
  const none = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '' };
  const table = new Table({
    head,
    chars: { ...bare, ...none, 'bottom-left': '', 'bottom-right': '' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows);
  return writeOut(table.toString());
}
