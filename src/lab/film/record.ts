/**
 * Records the lab: plays a scene in a real lab, and writes what its frames show as one SVG. A
 * program of its own, `make document-recording`. scene.ts has the scene, film.ts and svg.ts the
 * picture.
 *
 *     node dist/src/lab/film/record.js docs/lab.svg [--force]
 *
 * Nothing is written if other programs kept the machine busy, unless forced: the picture shall show
 * the models.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { writeWhole } from '../../base/part-file.js';
import { Lab } from '../lab.js';
import { setupOf } from '../setup.js';
import { filmOf } from './film.js';
import { complaintsOf, OthersUsage } from './quiet.js';
import { playScene, SETTINGS } from './scene.js';
import { STAGE, svgOf } from './svg.js';

/** A README loads it each time. */
const MOST_BYTES = 150_000;
/** For the threads that have just started, and the first measurements. */
const SETTLING_MS = 2500;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { force: { type: 'boolean', default: false } },
});
const [path] = positionals;
if (path === undefined) throw new Error('needs the path of a picture');

const { models } = setupOf();
const lab = new Lab(
  models.map(({ name }) => name),
  SETTINGS,
);
try {
  lab.start();
  await Promise.all(lab.rows.map((row) => row.untilUp()));
  const unwatch = lab.watch(() => undefined);
  await sleep(SETTLING_MS);
  const usage = new OthersUsage(lab.frame());
  const frames = await playScene(lab);
  const othersPercent = usage.percent();
  unwatch();
  const svg = svgOf(filmOf(frames, models, STAGE));
  const complaints = [
    ...complaintsOf(frames, othersPercent),
    ...(svg.length > MOST_BYTES ? [`The picture has more than ${MOST_BYTES} bytes.`] : []),
  ];
  for (const complaint of complaints) process.stderr.write(`${complaint}\n`);
  if (complaints.length === 0 || values.force) {
    await writeWhole(path, svg);
    process.stdout.write(`${path}: ${frames.length} frames, ${svg.length} bytes\n`);
  } else {
    process.stderr.write('Not written: try again on a machine that does nothing else.\n');
    process.exitCode = 1;
  }
} finally {
  await lab.close();
}
