/**
 * Checks what a page has sent: any JSON may come, only a {@link Command} goes on. Pure; main thread
 * of the lab. lab.ts executes it.
 */
import { BOUNDS, KINDS, MOST_CLIENTS, type Command, type Kind, type Settings } from './protocol.js';

/** @returns the command, or a sentence that says what is wrong */
export function parseCommand(text: string): Command | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'the command is not JSON';
  }
  if (typeof value !== 'object' || value === null) return 'the command is no object';
  const fields = value as Readonly<Record<string, unknown>>;
  switch (fields['do']) {
    case 'add':
      return additionOf(fields);
    case 'chat':
    case 'clear':
    case 'pause':
    case 'resume':
    case 'leave':
      return { do: fields['do'] };
    case 'restart': {
      const { model } = fields;
      if (model === undefined) return { do: 'restart' };
      return typeof model === 'string' ? { do: 'restart', model } : 'model is no text';
    }
    case 'lesson': {
      const { lesson } = fields;
      return typeof lesson === 'string' ? { do: 'lesson', lesson } : 'lesson is no text';
    }
    case 'set':
      return settingsOf(fields['settings']);
    default:
      return 'there is no such command';
  }
}

/** Chat members come by the command `chat`, which starts their servers. */
const ADDED: readonly string[] = KINDS.filter((kind) => kind !== 'speaker' && kind !== 'listener');

function additionOf({ kind, count }: Readonly<Record<string, unknown>>): Command | string {
  if (typeof kind !== 'string' || !ADDED.includes(kind)) return 'there is no such kind of client';
  if (!isWhole(count, 1, MOST_CLIENTS)) return `count is no number from 1 to ${MOST_CLIENTS}`;
  return { do: 'add', kind: kind as Kind, count };
}

function settingsOf(value: unknown): Command | string {
  if (typeof value !== 'object' || value === null) return 'settings is no object';
  const settings: { -readonly [Name in keyof typeof BOUNDS]?: Settings[Name] } = {};
  for (const [name, number] of Object.entries(value as Record<string, unknown>)) {
    if (!Object.hasOwn(BOUNDS, name)) return `there is no setting ${JSON.stringify(name)}`;
    const known = name as keyof typeof BOUNDS;
    const [least, most] = BOUNDS[known];
    if (!isWhole(number, least, most)) return `${name} is no number from ${least} to ${most}`;
    settings[known] = number;
  }
  return { do: 'set', settings };
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}
