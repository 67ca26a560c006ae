/**
 * A row of a film in SVG: name, columns, main's loop, lanes, dots, and the sentence. Pure.
 */
import type { State } from '../../serving/views.js';
import { escaped } from '../../plots/render.js';
import { COLUMNS, stateWidthOf } from '../picture/layout.js';
import { STATE_WORDS } from '../picture/words.js';
import { drawDot } from './draw-dot.js';
import { changing, round, type Pen } from './pen.js';
import type { LaneFilm, RowFilm } from './row-film.js';

/** Of a letter, as wide as it is on average in a font of 12 px. */
const LETTER_PX = 6.2;
export const TEXT_INDENT = 7;

/** @returns the parts, above which a row has its name and below which its sentence */
export function drawStage(row: RowFilm, pen: Pen): string {
  return [
    drawColumns(row, pen),
    ...row.lanes.map((lane) => drawLane(lane, pen)),
    drawLoop(row, pen),
    ...row.dots.map((dot) => drawDot(dot, pen)),
  ].join('\n');
}

function drawColumns({ columns, titles }: RowFilm, pen: Pen): string {
  const rules = COLUMNS.slice(1).map((column) => {
    const { x, y, height } = columns[column];
    return `M${Math.round(x) + 0.5} ${y}v${height}`;
  });
  const texts = COLUMNS.map((column) => {
    const { x, width } = columns[column];
    const title = (text: string) =>
      `<text x="${round(x + TEXT_INDENT)}" y="14">${escaped(fitting(text, width))}</text>`;
    return changing(titles[column].spans(pen.lengthMs), title, pen);
  });
  return `<path class="r" d="${rules.join('')}"/><g class="f">${texts.join('')}</g>`;
}

/** The first line that fits. */
function fitting(lines: string, width: number): string {
  const all = lines.split('\n');
  return all.find((line) => line.length * LETTER_PX <= width - TEXT_INDENT) ?? all.at(-1) ?? '';
}

function drawLane({ rect, state }: LaneFilm, pen: Pen): string {
  const { x, y, width, height } = rect;
  const box = (boxWidth: number, attributes: string) =>
    `<rect x="${round(x)}" y="${round(y)}" width="${round(boxWidth)}" height="${round(height)}" ${attributes}/>`;
  const lane = (value: State | undefined) => {
    if (value === undefined) return '';
    const words = STATE_WORDS[value];
    const wordsWidth = words.length * LETTER_PX + 8;
    // A lane without room for the word has its stripes and its dots.
    const isNamed = wordsWidth <= stateWidthOf(rect);
    const stripes =
      value === 'running' ? box(width - (isNamed ? wordsWidth : 0), 'fill="url(#s)"') : '';
    const text = isNamed
      ? `<text class="e" x="${round(x + width - 5)}" y="${round(y + height / 2 + 4)}">${words}</text>`
      : '';
    return `${stripes}${box(width, `class="l ${value}"`)}${text}`;
  };
  return changing(state.spans(pen.lengthMs), lane, pen);
}

function drawLoop({ loop, loopState, loopWords, columns: { main } }: RowFilm, pen: Pen): string {
  const { x, y, radius } = loop;
  const circle = (state: string) =>
    `<circle class="c ${state}" r="${round(radius)}" pathLength="100"/>`;
  const words = (text: string) =>
    `<text x="${round(main.x + TEXT_INDENT)}" y="${round(main.y + main.height - 3)}">${escaped(fitting(text, main.width))}</text>`;
  return [
    `<g transform="translate(${round(x)},${round(y)})">`,
    changing(loopState.spans(pen.lengthMs), circle, pen),
    '</g>',
    changing(loopWords.spans(pen.lengthMs), words, pen),
  ].join('');
}
