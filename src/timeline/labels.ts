/** The labels of a picture's bars, and the tooltips that a browser shows for them. */
import type { Span } from './connections.js';
import type { Section } from './placing.js';
import type { Segment } from './rows.js';
import type { Scale } from './scale.js';
import { formatDuration } from './summary.js';

/** Average width of a character; an overestimate, so that labels stay inside their bars. */
const CHARACTER_WIDTH_PX = 7;

/** Returns the client's name in the section, or its connection number. */
export function nameOf({ connection }: Span, { names }: Pick<Section, 'names'>): string {
  return names?.get(connection) ?? `#${connection}`;
}

/**
 * Returns the longest label that fits on a bar, or an empty text if none fits. The bar of a refused
 * client has at least a cross.
 */
export function fittingLabel(
  { span, kind, fromMs, toMs }: Segment,
  section: Section,
  scale: Scale,
): string {
  const name = nameOf(span, section);
  const took = formatDuration(toMs - fromMs);
  const end = span.reason ?? 'open →';
  const whole = section.names ? [name] : [`${name} ${span.peer}`, name];
  const labels =
    kind === 'served'
      ? [
          ...whole.map((client) => `${client} · ${section.timeline.service} · ${took} · ${end}`),
          `${name} · ${took} · ${end}`,
          `${name} · ${end}`,
          name,
        ]
      : kind === 'refused'
        ? [`✕ ${name} refused`, `✕ ${name}`]
        : kind === 'unknown'
          ? [
              `${name} · queued; the log does not say whether it was served`,
              `${name} · queued`,
              name,
            ]
          : span.startedMs === undefined
            ? [
                `${name} · ${took} · ${span.reason ?? 'waits →'}`,
                `${name} · ${span.reason ?? '→'}`,
                name,
              ]
            : [`${name} waits ${took}`, name];
  const room = scale.pixels(fromMs, toMs) - 8;
  return (
    labels.find((label) => label.length * CHARACTER_WIDTH_PX <= room) ??
    (kind === 'refused' ? '✕' : '')
  );
}

/** Returns the tooltip of a connection: several lines of text. */
export function tooltipOf(span: Span, section: Section): string {
  const { startedMs, acceptedMs, endMs, thread, reason, isRefused, peer } = span;
  const by = thread === 0 ? 'main' : `thread ${thread}`;
  return [
    `${nameOf(span, section)} ${peer}`,
    startedMs === undefined
      ? isRefused
        ? 'refused: no thread was free and the queue had no room'
        : thread === 'unknown'
          ? 'queued'
          : 'never served'
      : `waited ${formatDuration(startedMs - acceptedMs)}, served by ${by} for ${formatDuration(endMs - startedMs)}`,
    reason === undefined
      ? 'open when the log ends'
      : `${reason}; ${span.bytesIn} B in, ${span.bytesOut} B out`,
  ].join('\n');
}
