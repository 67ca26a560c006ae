/**
 * Draws what the clients saw, one check below the other: a row for each client, a mark for each
 * packet, red where the first wrong byte came. Pure. Read ../../plots/render.ts next.
 */
import { printable } from '../../base/printable.js';
import { colourOfClient, THEME_CSS } from '../../plots/theme.js';
import { escaped } from '../../plots/render.js';
import type { CheckResult } from '../check.js';
import type { Mark, TranscriptEvent } from '../transcript.js';
import type { Report } from './report.js';

const WIDTH = 960;
const LEFT = 40;
const RIGHT = 20;
const ROW = 26;
const HEADING = 34;
const GAP = 14;
/** More clients than this tell nothing new. */
const MOST_ROWS = 12;
const TEXT_CHARACTERS = 16;
/** Below this distance, the text of a second mark would cover the first one's. */
const TEXT_PX = 110;

const STYLE = `${THEME_CSS} svg{color:var(--ink);background:var(--paper);font:12px system-ui,sans-serif}
text{fill:currentColor}.faint{fill:var(--faint)}.line{stroke:var(--rule);stroke-width:2}
.wrong{fill:#c4161c;stroke:#c4161c}.bold{font-weight:600}
@media (prefers-color-scheme:dark){.wrong{fill:#ff7b72;stroke:#ff7b72}}`;

/** @returns a standalone SVG text */
export function pictureText({ exercise, server, results }: Report): string {
  let y = HEADING;
  const blocks = results
    .filter(({ transcript }) => transcript.length > 0)
    .map((result) => {
      const block = blockOf(result, y);
      y += block.height + GAP;
      return block.svg;
    });
  const title = `${exercise}: what the clients of ${server} saw`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img" aria-label="${escaped(title)}">`,
    `<style>${STYLE}</style>`,
    `<text x="10" y="20" class="bold">${escaped(title)}. ▸ sent, ◂ received, ○ end</text>`,
    ...blocks,
    '</svg>\n',
  ].join('\n');
}

function blockOf(result: CheckResult, top: number): { svg: string; height: number } {
  const { transcript, sentence, status } = result;
  const mark = result.status === 'failed' ? result.failure.mark : undefined;
  const clients = [...new Set(transcript.map(({ client }) => client))].filter(
    (name) => name !== '',
  );
  const shown = clients.slice(0, MOST_ROWS);
  const lengthMs = Math.max(1, ...transcript.map(({ atMs }) => atMs));
  const x = (atMs: number) => LEFT + ((WIDTH - LEFT - RIGHT - TEXT_PX) * atMs) / lengthMs;
  const symbol = { passed: '✓', failed: '✗', skipped: '–' }[status];
  const words = result.status === 'failed' ? `${sentence}: ${result.failure.message}` : sentence;
  const rows = shown.map((client, index) =>
    rowOf(
      client,
      transcript.filter((event) => event.client === client),
      { y: top + ROW * (index + 1), x, colour: colourOfClient(index + 1), mark },
    ),
  );
  const left = clients.length - shown.length;
  const heading =
    `<text x="10" y="${top + 6}" class="${status === 'failed' ? 'wrong bold' : 'bold'}" stroke="none">` +
    `${escaped(printable(`${symbol} ${words}`))}</text>` +
    `<text x="${WIDTH - 10}" y="${top + 6}" class="faint" text-anchor="end">${Math.round(lengthMs)} ms` +
    `${left > 0 ? `, ${left} more clients` : ''}</text>`;
  return { svg: [heading, ...rows].join('\n'), height: ROW * (shown.length + 1) };
}

interface Placing {
  readonly y: number;
  readonly x: (atMs: number) => number;
  readonly colour: string;
  readonly mark: Mark | undefined;
}

function rowOf(
  client: string,
  events: readonly TranscriptEvent[],
  { y, x, colour, mark }: Placing,
): string {
  const own = mark?.client === client ? mark : undefined;
  const last = events.at(-1)?.atMs ?? 0;
  const first = events[0]?.atMs ?? 0;
  const parts = [
    `<text x="14" y="${y + 4}" style="fill:${colour}" class="bold">${escaped(client)}</text>`,
    `<line x1="${x(first)}" x2="${x(last)}" y1="${y}" y2="${y}" class="line"/>`,
  ];
  let received = 0;
  let textEnd = -Infinity;
  let isMarked = false;
  for (const event of events) {
    const at = x(event.atMs);
    const end = received + (event.kind === 'received' ? event.bytes.length : 0);
    const isHere =
      event.kind === 'received' ? isWithin(own, received, end) : isMissing(own, event, end);
    const isWrong = isHere && !isMarked;
    isMarked ||= isHere;
    received = end;
    const paint = isWrong ? 'class="wrong"' : `style="fill:${colour}"`;
    parts.push(`<text x="${at}" y="${y + 4}" ${paint}>${symbolOf(event)}</text>`);
    if (event.bytes.length === 0 || (at < textEnd && !isWrong)) continue;
    const text = printable(event.bytes.toString('utf8', 0, TEXT_CHARACTERS * 4));
    const cut = text.length > TEXT_CHARACTERS ? `${text.slice(0, TEXT_CHARACTERS)}…` : text;
    parts.push(
      `<text x="${at + 12}" y="${y - 5}" ${isWrong ? 'class="wrong" stroke="none"' : 'class="faint"'}>${escaped(cut)}</text>`,
    );
    textEnd = at + TEXT_PX;
  }
  return parts.join('');
}

function isWithin(mark: Mark | undefined, from: number, end: number): boolean {
  return mark !== undefined && mark.offset >= from && mark.offset < end;
}

/** Nothing came where a byte should have been. */
function isMissing(mark: Mark | undefined, { kind }: TranscriptEvent, end: number): boolean {
  const isSilence = kind === 'waited' || kind === 'ended' || kind === 'was reset';
  return isSilence && mark !== undefined && mark.offset >= end;
}

function symbolOf({ kind }: TranscriptEvent): string {
  const symbols: Partial<Record<TranscriptEvent['kind'], string>> = {
    sent: '▸',
    received: '◂',
    connected: '●',
    waited: '…',
  };
  return symbols[kind] ?? '○';
}
