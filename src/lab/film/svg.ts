/**
 * Draws a film as one SVG, which plays itself in a loop: CSS animations, no script, nothing loaded.
 * Pure. film.ts makes films. A viewer who wants less motion, and a program that plays no animations,
 * shows the film's still moment.
 */
import { escaped } from '../../plots/render.js';
import { THEME_CSS } from '../../plots/theme.js';
import { drawStage, TEXT_INDENT } from './draw-row.js';
import { CLOCK_STEP_MS, type Film } from './film.js';
import { changing, type Pen } from './pen.js';
import type { RowFilm, Size } from './row-film.js';
import { Stylesheet } from './stylesheet.js';
import { Track } from './track.js';

/** A film's seconds take this many seconds. */
const SLOWNESS = 2;
const SPEED = 'at half speed';
/** In px of a README on GitHub. */
const WIDTH = 830;
const PADDING = 10;
const HEAD = 34;
const ROW_HEAD = 26;
const ROW_FOOT = 26;
const GAP = 8;
const FOOT = 26;
/** Where a model's summary begins. */
const SUMMARY_X = 190;
const TURN_S = 1.6;

/** The titles of a stage then begin below the model's name. */
const STAGE_X = PADDING - TEXT_INDENT;

/** Of the picture of a row, for {@link filmOf}. */
export const STAGE: Size = { width: WIDTH - 2 * STAGE_X, height: 114 };
const ROW_HEIGHT = ROW_HEAD + STAGE.height + ROW_FOOT;

export function svgOf(film: Film): string {
  const { lengthMs, stillMs, rows } = film;
  const sheet = new Stylesheet(lengthMs);
  const pen: Pen = { sheet, stillMs, lengthMs };
  const height = HEAD + rows.length * (ROW_HEIGHT + GAP) + FOOT;
  const parts = [
    drawHead(pen),
    ...rows.map((row, index) => drawRow(row, HEAD + index * (ROW_HEIGHT + GAP), pen)),
    drawLegend(height - 8),
  ];
  const size = `width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="a" aria-describedby="b" ${size}>`,
    `<title id="a">${TITLE}, ${SPEED}</title><desc id="b">${escaped(describe(film))}</desc>`,
    `<style>${THEME_CSS}\n${cssOf(film)}\n${sheet.toString()}</style>`,
    `<defs><pattern id="s" width="8" height="8" patternTransform="rotate(45)" patternUnits="userSpaceOnUse"><path d="M0 0v8" class="r"/></pattern></defs>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

/** The still moment in words, and how it ends. */
function describe({ rows, stillMs, lengthMs }: Film): string {
  const then = `After ${seconds(stillMs)}:`;
  const texts = rows.map(({ model, sentence, longestMs }) => {
    const longest = Math.max(...longestMs.spans(lengthMs).keys());
    return `${model.name}: ${sentence.at(stillMs) ?? ''} The longest wait of all: ${seconds(longest)}.`;
  });
  return [then, ...texts].join(' ');
}

const TITLE = 'handoff lab: the same clients under each model';

function cssOf({ lengthMs, stillMs }: Film): string {
  const slow = (ms: number) => `${ms * SLOWNESS}ms`;
  return [
    'svg{color:var(--ink);background:var(--paper);font:12px system-ui,sans-serif;font-variant-numeric:tabular-nums}',
    'text{fill:var(--ink)}.f text,.free+text{fill:var(--faint)}.b{font-weight:700;font-size:14px}.h{font-size:15px}.e{text-anchor:end}.q{font-size:13px}',
    '.r{fill:none;stroke:var(--rule)}.l{fill:none;stroke:var(--ink)}.free{stroke:var(--rule)}.starting{stroke-dasharray:4 3}',
    '.d>:first-child:not(.o){stroke:var(--ink)}.o{stroke-width:3;fill:none}.x{stroke:var(--ink);stroke-width:2}.n{text-anchor:middle;font-weight:700;fill:#000}',
    '.w{fill:none;stroke:var(--ink);stroke-width:4;stroke-dasharray:1 1;stroke-dashoffset:1;transform:rotate(-90deg)}',
    '.c{fill:none;stroke:var(--ink);stroke-width:3}.held{stroke-width:6}.dead{stroke:var(--faint);stroke-dasharray:2 4}',
    `.turning{stroke-dasharray:20 5;animation:turn ${TURN_S * SLOWNESS}s linear infinite}@keyframes turn{to{transform:rotate(360deg)}}`,
    `.m,.t{animation:0s cubic-bezier(.33,1,.68,1) infinite;animation-duration:${slow(lengthMs)}}.t{animation-timing-function:step-end}.w,.g{animation-timing-function:linear}`,
    `@media(prefers-reduced-motion:reduce){.m,.t,.turning{animation-play-state:paused;animation-delay:-${slow(stillMs)}}}`,
  ].join('\n');
}

/** What is shown, a clock, and a line that grows with it. */
function drawHead(pen: Pen): string {
  const clock = new Track<string>();
  for (let ms = 0; ms < pen.lengthMs; ms += CLOCK_STEP_MS)
    clock.set(ms, `${(ms / 1000).toFixed(1)} s`);
  const text = (time: string) => `<text class="b h e" x="${WIDTH - PADDING}" y="17">${time}</text>`;
  const line = pen.sheet.nameOf([
    { atMs: [0], css: 'transform:scaleX(0)' },
    { atMs: [pen.lengthMs], css: 'transform:scaleX(1)' },
  ]);
  return [
    `<text x="${PADDING}" y="17"><tspan class="b h">${TITLE}</tspan> recorded, ${SPEED}</text>`,
    changing(clock.spans(pen.lengthMs), text, pen),
    `<rect class="m g" width="${WIDTH}" y="25" height="2" fill="var(--ink)" style="animation-name:${line}"/>`,
  ].join('');
}

function drawRow(row: RowFilm, y: number, pen: Pen): string {
  const { model, sentence, longestMs } = row;
  const longest = (ms: number) =>
    `<text class="e" x="${WIDTH - PADDING}" y="18">longest wait so far <tspan class="b">${seconds(ms)}</tspan></text>`;
  const tenths = new Track<number>();
  for (const [ms, spans] of longestMs.spans(pen.lengthMs))
    for (const [fromMs] of spans)
      tenths.set(fromMs, Math.floor(ms / CLOCK_STEP_MS) * CLOCK_STEP_MS);
  const said = (text: string) =>
    `<text class="q" x="${PADDING}" y="${ROW_HEIGHT - 9}">${escaped(withoutPlaces(text))}</text>`;
  return [
    `<g transform="translate(0,${y})" data-model="${model.name}">`,
    `<rect class="r" x=".5" y=".5" width="${WIDTH - 1}" height="${ROW_HEIGHT - 1}" rx="5"/>`,
    `<rect x="${PADDING}" y="7" width="12" height="12" rx="2" fill="${model.colour}"/>`,
    `<text class="b" x="${PADDING + 18}" y="18">${model.name}</text>`,
    `<g class="f"><text x="${SUMMARY_X}" y="18">${escaped(model.summary)}</text></g>`,
    changing(tenths.spans(pen.lengthMs), longest, pen),
    `<g transform="translate(${STAGE_X},${ROW_HEAD})">`,
    drawStage(row, pen),
    '</g>',
    changing(sentence.spans(pen.lengthMs), said, pen),
    '</g>',
  ].join('\n');
}

/** Where the clients wait, the picture shows. */
function withoutPlaces(sentence: string): string {
  return sentence.replace(/: \d[^:]*\.$/, '.');
}

function seconds(ms: number): string {
  return ms < CLOCK_STEP_MS ? 'below 0.1 s' : `${(ms / 1000).toFixed(1)} s`;
}

function drawLegend(y: number): string {
  return `<g class="f"><text x="${PADDING}" y="${y}">A dot is a client: ● asks and thinks, or asks once; ■ computes. Its ring grows while it waits. A striped thread computes.</text></g>`;
}
