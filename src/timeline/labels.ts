/** What is written on the bars of a picture, and what a browser shows about one that is pointed at. */
import type { Span } from './connections.js';
import type { Section } from './placing.js';
import type { Segment } from './rows.js';
import type { Scale } from './scale.js';
import { formatDuration } from './summary.js';

/** Of a character, on average, and rather more than less. */
const CHARACTER_WIDTH_PX = 7;

export function nameOf({ connection }: Span, { names }: Pick<Section, 'names'>): string {
  return names?.get(connection) ?? `#${connection}`;
}

/** The longest label that its bar has room for; of an open one, it says so. Of a refused one, at least that it is one. */
export function fittingLabel({ span, kind, fromMs, toMs }: Segment, section: Section, scale: Scale): string {
  const name = nameOf(span, section);
  const took = formatDuration(toMs - fromMs);
  const end = span.reason ?? 'open →';
  const whole = section.names ? [name] : [`${name} ${span.peer}`, name];
  const labels =
    kind === 'served'
      ? [
          ...whole.map((who) => `${who} · ${section.timeline.service} · ${took} · ${end}`),
          `${name} · ${took} · ${end}`,
          `${name} · ${end}`,
          name,
        ]
      : kind === 'refused'
        ? [`✕ ${name} refused`, `✕ ${name}`]
        : kind === 'unknown'
          ? [`${name} · queued; whether it is served, the log does not say`, `${name} · queued`, name]
          : span.startedMs === undefined
            ? [`${name} · ${took} · ${span.reason ?? 'waits →'}`, `${name} · ${span.reason ?? '→'}`, name]
            : [`${name} waits ${took}`, name];
  const room = scale.pixels(fromMs, toMs) - 8;
  return labels.find((label) => label.length * CHARACTER_WIDTH_PX <= room) ?? (kind === 'refused' ? '✕' : '');
}

/** All about a connection, where a browser shows it. */
export function tooltipOf(span: Span, section: Section): string {
  const { startedMs, acceptedMs, endMs, thread, reason, isRefused, peer } = span;
  const by = thread === 0 ? 'main' : `thread ${thread}`;
  return [
    `${nameOf(span, section)} ${peer}`,
    startedMs === undefined
      ? isRefused
        ? 'refused: nobody could serve it, and no more might wait'
        : thread === 'unknown'
          ? 'queued'
          : 'never served'
      : `waited ${formatDuration(startedMs - acceptedMs)}, served by ${by} for ${formatDuration(endMs - startedMs)}`,
    reason === undefined
      ? 'open when the log ends'
      : `${reason}; ${span.bytesIn} B in, ${span.bytesOut} B out`,
  ].join('\n');
}
