/**
 * The models that the lab shows, and their source. Those that this platform cannot run are left out.
 * The lab's main thread, once.
 */
import { readFileSync } from 'node:fs';
import { models, MODEL_NAMES } from '../models/registry.js';
import { coloursOf } from '../plots/theme.js';
import { LAB_FORMAT, type Setup } from './protocol.js';

/** Relative to dist/src/lab/. The package has the sources of the models, too. */
const ROOT = new URL('../../../', import.meta.url);

export function setupOf(platform: NodeJS.Platform = process.platform): Setup {
  const names = MODEL_NAMES.filter((name) => models[name].unavailable?.(platform) === undefined);
  const colours = coloursOf(names);
  return {
    format: LAB_FORMAT,
    models: names.map((name, index) => {
      const path = `src/models/${name}.ts`;
      const source = readFileSync(new URL(path, ROOT), 'utf8');
      return { name, summary: models[name].summary, colour: colours[index] ?? '', path, source };
    }),
  };
}
