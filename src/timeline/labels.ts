/** The labels of a picture's bars, and the tooltips that a browser shows for them. */
import type { TextOptions } from '@observablehq/plot';
import type { Block } from './blocks.js';
import type { Span } from './connections.js';
import type { Section } from './placing.js';
import { isWait, type Segment } from './rows.js';
import type { Scale } from './scale.js';
import { STATES, STATE_TEXTS, stateTimesOf } from './states.js';
import { formatDuration, nameOf } from './summary.js';

/** The style of labels, which lie on any colour and pattern. */
export const LABEL: TextOptions = {
  textAnchor: 'start',
  dx: 5,
  fill: 'var(--ink)',
  stroke: 'var(--paper)',
  strokeWidth: 7,
};

type Pixels = Pick<Scale, 'pixels'>;

/** Average width of a character; an overestimate, so that labels stay inside their bars. */
const CHARACTER_WIDTH_PX = 7;

/** The short words of the states before service, for labels. */
const WAIT_WORDS: Readonly<Partial<Record<Segment['kind'], string>>> = {
  backlog: 'in the backlog',
  queue: 'in the queue',
  ready: 'waits for a thread',
};

/**
 * Returns the longest label that fits on a bar, or an empty text if none fits. The bar of a refused
 * client has at least a cross.
 */
export function fittingLabel(segment: Segment, section: Section, scale: Pixels): string {
  const { kind, fromMs, toMs } = segment;
  return (
    fitting(labelsOf(segment, section), scale.pixels(fromMs, toMs)) ??
    (kind === 'refused' ? '✕' : '')
  );
}

/** Returns the longest label that fits on the bar of the client that held main's loop, or an empty text. */
export function fittingHolder(
  { holder, heldFromMs, toMs }: Block,
  section: Section,
  scale: Pixels,
): string {
  if (holder === undefined) return '';
  const name = nameOf(holder, section.names);
  const took = formatDuration(toMs - heldFromMs);
  const labels = [`${name} holds the loop · ${took}`, `${name} · ${took}`, name];
  return fitting(labels, scale.pixels(heldFromMs, toMs)) ?? '';
}

/** Returns the labels of a bar, the longest first: the reason is dropped before the duration. */
function labelsOf({ span, kind, fromMs, toMs }: Segment, section: Section): string[] {
  const name = nameOf(span.connection, section.names);
  const took = formatDuration(toMs - fromMs);
  const end = span.reason ?? 'open →';
  if (kind === 'refused') return [`✕ ${name} refused`, `✕ ${name}`];
  if (kind === 'unknown')
    return [
      `${name} · queued; the log does not say whether it was served`,
      `${name} · queued`,
      name,
    ];
  if (isWait({ span, kind, fromMs, toMs })) {
    const words = WAIT_WORDS[kind] ?? '';
    const unserved = span.startedMs === undefined ? [`${name} ${words} · ${took} · ${end}`] : [];
    return [...unserved, `${name} ${words} · ${took}`, `${name} · ${took}`, name];
  }
  const whole = section.names ? [name] : [`${name} ${span.peer}`, name];
  return [
    ...whole.map((client) => `${client} · ${section.timeline.service} · ${took} · ${end}`),
    `${name} · ${took} · ${end}`,
    `${name} · ${took}`,
    name,
  ];
}

function fitting(labels: readonly string[], widthPx: number): string | undefined {
  return labels.find((label) => label.length * CHARACTER_WIDTH_PX <= widthPx - 8);
}

/** Returns the tooltip of a connection: several lines of text. */
export function tooltipOf(span: Span, section: Section): string {
  const { startedMs, endMs, thread, reason, isRefused, peer, connection } = span;
  const times = stateTimesOf(span);
  return [
    `${nameOf(connection, section.names)} ${peer}`,
    startedMs === undefined
      ? isRefused
        ? 'refused: no thread was free and the queue had no room'
        : thread === 'unknown'
          ? 'queued'
          : 'never served'
      : `served by ${threadName(span, section)} for ${formatDuration(endMs - startedMs)}`,
    ...STATES.flatMap((state) => {
      const ms = times[state];
      return ms === undefined ? [] : [`${STATE_TEXTS[state]}: ${formatDuration(ms)}`];
    }),
    reason === undefined
      ? 'open when the log ends'
      : `${reason}; ${span.bytesIn} B in, ${span.bytesOut} B out`,
  ].join('\n');
}

/** Returns the name of the thread that served a client, with its number in the log if it differs. */
export function threadName({ thread }: Span, { timeline }: Section): string {
  if (thread === 'none') return 'no thread';
  if (thread === 'unknown') return 'not in the log';
  if (thread === 0) return 'main';
  const inLog = timeline.threads.find((life) => life.thread === thread)?.threadInLog ?? thread;
  return inLog === thread ? `thread ${thread}` : `thread ${thread} (${inLog} in the log)`;
}
