/** The labels on the bars of a picture, and the tooltips that a browser shows. Pure. */
import type { Span } from './connections.js';
import type { Section } from './placing.js';
import type { Piece } from './rows.js';
import type { Scale } from './scale.js';
import { duration } from './summary.js';

/** Upper estimate of a character's average width. */
const CHARACTER_WIDTH_PX = 7;

export function nameOf({ connection }: Span, { names }: Pick<Section, 'names'>): string {
  return names?.get(connection) ?? `#${connection}`;
}

/**
 * Returns the longest label that fits the bar, or an empty text. A refused client's bar always has
 * at least a cross.
 */
export function fittingLabel({ span, kind, fromMs, toMs }: Piece, section: Section, scale: Scale): string {
  const name = nameOf(span, section);
  const took = duration(toMs - fromMs);
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
          ? [`${name} · queued; the log does not say whether it is served`, `${name} · queued`, name]
          : span.startedMs === undefined
            ? [`${name} · ${took} · ${span.reason ?? 'waits →'}`, `${name} · ${span.reason ?? '→'}`, name]
            : [`${name} waits ${took}`, name];
  const room = scale.pixels(fromMs, toMs) - 8;
  return labels.find((label) => label.length * CHARACTER_WIDTH_PX <= room) ?? (kind === 'refused' ? '✕' : '');
}

/** Returns all facts of a connection, on three lines. */
export function tooltip(span: Span, section: Section): string {
  const { startedMs, acceptedMs, endMs, thread, reason, isRefused, peer } = span;
  const by = thread === 0 ? 'main' : `thread ${thread}`;
  return [
    `${nameOf(span, section)} ${peer}`,
    startedMs === undefined
      ? isRefused
        ? 'refused: the server was full'
        : thread === 'unknown'
          ? 'queued'
          : 'never served'
      : `waited ${duration(startedMs - acceptedMs)}, served by ${by} for ${duration(endMs - startedMs)}`,
    reason === undefined
      ? 'open when the log ends'
      : `${reason}; ${span.bytesIn} B in, ${span.bytesOut} B out`,
  ].join('\n');
}
