/** The exercises that `handoff check` knows, by name. */
import type { Exercise } from '../check.js';
import { capitalize } from './capitalize.js';
import { echo } from './echo.js';

export const EXERCISES: readonly Exercise[] = [capitalize, echo];

/** @param transport the datagram variant of an exercise has the same name */
export function findExercise(name: string, transport: 'tcp' | 'udp'): Exercise | undefined {
  return EXERCISES.find((exercise) => exercise.name === name && exercise.transport === transport);
}
