/** The exercises that `handoff check` knows, by name. */
import type { Exercise } from '../check.js';
import { capitalize } from './capitalize.js';
import { chat } from './chat.js';
import { collect } from './collect.js';
import { count } from './count.js';
import { date } from './date.js';
import { echo } from './echo.js';
import { greet } from './greet.js';
import { hello } from './hello.js';

export const EXERCISES: readonly Exercise[] = [
  capitalize,
  chat,
  hello,
  collect,
  greet,
  date,
  count,
  echo,
];

/** @param transport the datagram variant of an exercise has the same name */
export function findExercise(name: string, transport: 'tcp' | 'udp'): Exercise | undefined {
  return EXERCISES.find((exercise) => exercise.name === name && exercise.transport === transport);
}
