/**
 * Games of tic-tac-toe for tests, by a literal reading of the rules, without any code of the
 * server.
 */
import assert from 'node:assert/strict';
import type { Client } from './client.js';
import type { Random } from './random.js';

export const LINES: readonly string[] = ['123', '456', '789', '147', '258', '369', '159', '357'];

interface Game {
  /** The fields in the order of the moves. */
  readonly fields: readonly number[];
  /** The text after `GameEnd `. */
  readonly result: string;
}

export function markOf(move: number): 'X' | 'O' {
  return move % 2 === 0 ? 'X' : 'O';
}

/** The result after these moves; undefined while the game continues. */
export function resultOf(fields: readonly number[]): string | undefined {
  for (const mark of ['X', 'O'] as const) {
    const own = fields.filter((_, move) => markOf(move) === mark).map(String);
    if (LINES.some((line) => Array.from(line).every((field) => own.includes(field))))
      return `${mark} wins`;
  }
  return fields.length === 9 ? 'draw' : undefined;
}

/** The board after these moves, each line with its end. */
export function shown(fields: readonly number[]): string {
  const cell = (field: number) => {
    const move = fields.indexOf(field);
    return move === -1 ? String(field) : markOf(move);
  };
  return [1, 4, 7]
    .map((first) => [first, first + 1, first + 2].map(cell).join(' ') + '\n')
    .join('');
}

export function randomGame(random: Random): Game {
  const fields: number[] = [];
  for (;;) {
    const result = resultOf(fields);
    if (result !== undefined) return { fields, result };
    fields.push(
      random.pick([1, 2, 3, 4, 5, 6, 7, 8, 9].filter((field) => !fields.includes(field))),
    );
  }
}

/** Sends a name and asserts the welcome. */
export async function introduce(client: Client, name: string): Promise<void> {
  await client.exchange(`${name}\n`, `Welcome ${name}\n`);
}

/** Asserts that both players get their match. @returns its id */
export async function expectInit(x: Client, o: Client, names: string): Promise<number> {
  const line = await x.readLine();
  const [, id] = new RegExp(`^init@(\\d+) ${names}$`).exec(line) ?? [];
  assert.ok(id, line);
  await o.expect(`${line}\n`);
  return Number(id);
}

/** Plays from the first move to the last, and asserts every byte that both players get. */
export async function play(x: Client, o: Client, { fields, result }: Partial<Game>): Promise<void> {
  for (const [move, field] of (fields ?? []).entries()) {
    const mover = markOf(move) === 'X' ? x : o;
    await mover.expect(`${shown((fields ?? []).slice(0, move))}MOVE?\n`);
    mover.send(`${field}\n`);
    for (const player of [x, o]) await player.expect(`MOVE ${markOf(move)} ${field}\n`);
  }
  if (result === undefined) return;
  for (const player of [x, o]) await player.expect(`GameEnd ${result}\n`);
}
