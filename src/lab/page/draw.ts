/**
 * Draws a row's picture on a canvas: the columns, main's loop, the lanes, the dots. The shape of a
 * dot says what its client does, and a ring how long it has waited: colours only tell clients apart.
 */
import type { Kind, MainView, ThreadView } from '../protocol.js';
import { WAIT_FULL_MS, type Dot, type Dots } from '../picture/dots.js';
import { LONG_WAIT_MS } from '../waiting.js';
import { cornersOf } from '../picture/outline.js';
import type { Titles } from '../picture/titles.js';
import { loopWords, threadWords } from '../picture/words.js';
import { COLUMNS, stateWidthOf, type Layout, type Place, type Rect } from '../picture/layout.js';

export interface Ink {
  readonly ink: string;
  readonly faint: string;
  readonly rule: string;
  readonly paper: string;
  /** The size of a text in px. */
  readonly textPx: number;
}

/** A smaller dot has no number. */
const NUMBERED_RADIUS = 8;
const TURN_MS = 1600;
/** Of a text, from the left of its column. */
const TEXT_INDENT = 7;
const FULL = 2 * Math.PI;
const TOP = -Math.PI / 2;

interface Picture {
  readonly layout: Layout;
  readonly dots: Dots;
  readonly titles: Titles;
  readonly main: MainView;
  readonly threads: readonly ThreadView[];
  /** The lab's clock, for waits. */
  readonly labMs: number;
  /** The page's clock, for movements. */
  readonly nowMs: number;
}

export function draw(context: CanvasRenderingContext2D, picture: Picture, ink: Ink): void {
  const { dots, nowMs } = picture;
  context.lineWidth = 1;
  drawColumns(context, picture, ink);
  drawLanes(context, picture, ink);
  drawLoop(context, picture, ink);
  for (const dot of dots.all) {
    context.globalAlpha = dots.opacityOf(dot, nowMs);
    drawDot(context, dot, dots.placeOf(dot, nowMs), picture.labMs, ink);
  }
  context.globalAlpha = 1;
}

function drawColumns(
  context: CanvasRenderingContext2D,
  { layout: { columns }, titles }: Picture,
  ink: Ink,
): void {
  context.font = `${ink.textPx}px system-ui, sans-serif`;
  context.textBaseline = 'top';
  context.textAlign = 'left';
  context.fillStyle = ink.faint;
  context.strokeStyle = ink.rule;
  context.beginPath();
  for (const column of COLUMNS) {
    const { x, y, width, height } = columns[column];
    context.fillText(fitting(context, titles[column], width - TEXT_INDENT), x + TEXT_INDENT, 0);
    if (column === 'clients') continue;
    context.moveTo(Math.round(x) + 0.5, y);
    context.lineTo(Math.round(x) + 0.5, y + height);
  }
  context.stroke();
}

/** The first of these texts that is not wider than this, or the last one. */
function fitting(
  context: CanvasRenderingContext2D,
  texts: readonly string[],
  width: number,
): string {
  return texts.find((text) => context.measureText(text).width <= width) ?? texts.at(-1) ?? '';
}

function drawLanes(
  context: CanvasRenderingContext2D,
  { layout: { lanes }, threads, main }: Picture,
  ink: Ink,
): void {
  context.font = `${ink.textPx}px system-ui, sans-serif`;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  lanes.forEach((lane, index) => {
    const [thread, state] = threads[index] ?? [0, 'free', 0];
    context.strokeStyle = state === 'free' ? ink.rule : ink.ink;
    context.setLineDash(state === 'starting' ? [4, 3] : []);
    context.strokeRect(lane.x + 0.5, lane.y + 0.5, lane.width, lane.height);
    // The last state of a stopped process is no state.
    const isStopped = main.doing === 'stopped';
    if (state === 'running' && !isStopped) drawStripes(context, lane, ink);
    const texts = threadWords(thread, isStopped ? undefined : state);
    const words = fitting(context, texts, stateWidthOf(lane) - 8);
    const { width } = context.measureText(words);
    // A lane without room for the word has its stripes, dashes and dots.
    if (width + 8 > stateWidthOf(lane) || lane.height < ink.textPx) return;
    context.fillStyle = ink.paper;
    context.fillRect(lane.x + lane.width - width - 8, lane.y + 2, width + 6, lane.height - 3);
    context.fillStyle = state === 'free' ? ink.faint : ink.ink;
    context.fillText(words, lane.x + lane.width - 5, lane.y + lane.height / 2 + 1);
  });
  context.setLineDash([]);
}

/** Computing. */
function drawStripes(context: CanvasRenderingContext2D, lane: Rect, ink: Ink): void {
  context.save();
  context.beginPath();
  context.rect(lane.x, lane.y, lane.width, lane.height);
  context.clip();
  context.strokeStyle = ink.faint;
  context.beginPath();
  for (let x = lane.x - lane.height; x < lane.x + lane.width; x += 8) {
    context.moveTo(x, lane.y + lane.height);
    context.lineTo(x + lane.height, lane.y);
  }
  context.stroke();
  context.restore();
}

function drawLoop(context: CanvasRenderingContext2D, picture: Picture, ink: Ink): void {
  const { layout, main, nowMs, dots } = picture;
  const { x, y, radius } = layout.loop;
  const isHeld = main.sinceMs > 0;
  context.lineWidth = isHeld ? 5 : 3;
  context.strokeStyle = ink.ink;
  context.beginPath();
  context.arc(x, y, radius, 0, FULL);
  if (isHeld) context.setLineDash([]);
  else {
    const around = FULL * radius;
    context.setLineDash([around * 0.2, around * 0.05]);
    if (!dots.isStill) context.lineDashOffset = -((nowMs % TURN_MS) / TURN_MS) * around;
  }
  context.stroke();
  context.setLineDash([]);
  context.lineDashOffset = 0;
  context.lineWidth = 1;
  context.font = `${isHeld ? 'bold ' : ''}${ink.textPx}px system-ui, sans-serif`;
  context.textAlign = 'left';
  context.textBaseline = 'bottom';
  context.fillStyle = ink.ink;
  const { x: left, y: top, width, height } = layout.columns.main;
  const words = fitting(
    context,
    loopWords({ main, holder: layout.holder, labMs: picture.labMs }),
    width - TEXT_INDENT,
  );
  context.fillText(words, left + TEXT_INDENT, top + height - 2);
}

function drawDot(
  context: CanvasRenderingContext2D,
  dot: Dot,
  { x, y, radius }: Place,
  labMs: number,
  ink: Ink,
): void {
  const isOver = dot.stage === 'refused' || dot.stage === 'lost';
  context.fillStyle = dot.colour;
  context.strokeStyle = ink.ink;
  context.beginPath();
  outline(context, dot.kind, { x, y, radius });
  if (dot.kind === 'silent') {
    context.strokeStyle = dot.colour;
    context.lineWidth = Math.max(2, radius / 3);
    // Unlike the ring of one that waits.
    context.setLineDash([radius / 2, radius / 4]);
    context.stroke();
    context.setLineDash([]);
  } else {
    context.fill();
    context.lineWidth = 1;
    context.stroke();
  }
  if (isOver) drawCross(context, x, y, radius, ink);
  const waitedMs = dot.sinceMs === 0 ? 0 : labMs - dot.sinceMs;
  if (waitedMs >= LONG_WAIT_MS) {
    context.strokeStyle = ink.ink;
    context.lineWidth = Math.max(2, radius / 3);
    context.beginPath();
    const part = Math.min(1, waitedMs / WAIT_FULL_MS);
    context.arc(x, y, radius + 1, TOP, TOP + part * FULL);
    context.stroke();
  }
  context.lineWidth = 1;
  if (radius < NUMBERED_RADIUS) return;
  context.fillStyle = dot.kind === 'silent' ? ink.ink : '#000';
  const digits = String(dot.id).length;
  const textPx = radius * (digits > 3 ? 0.68 : digits > 2 ? 0.85 : 1.1);
  context.font = `bold ${Math.round(textPx)}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(String(dot.id), x, y + 0.5);
}

function outline(context: CanvasRenderingContext2D, kind: Kind, { x, y, radius }: Place): void {
  const corners = cornersOf(kind);
  if (!corners) {
    context.arc(x, y, radius, 0, FULL);
    return;
  }
  for (const [right, down] of corners) context.lineTo(x + right * radius, y + down * radius);
  context.closePath();
}

function drawCross(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  ink: Ink,
): void {
  context.strokeStyle = ink.ink;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x - radius, y - radius);
  context.lineTo(x + radius, y + radius);
  context.moveTo(x + radius, y - radius);
  context.lineTo(x - radius, y + radius);
  context.stroke();
}
