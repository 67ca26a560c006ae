/** The exercises that `handoff check` knows, by name. */
import type { Exercise } from '../check.js';
import { capitalize } from './capitalize.js';
import { chatHii } from './chat-hii.js';
import { chat } from './chat.js';
import { collect } from './collect.js';
import { count } from './count.js';
import { date } from './date.js';
import { capitalizeUdp, dateUdp, echoUdp } from './datagrams.js';
import { echo } from './echo.js';
import { greet } from './greet.js';
import { hangman } from './hangman.js';
import { hello } from './hello.js';
import { quiz } from './quiz.js';
import { tictactoe } from './tictactoe.js';
import { web } from './web.js';

export const EXERCISES: readonly Exercise[] = [
  capitalize,
  chat,
  chatHii,
  hello,
  collect,
  greet,
  date,
  count,
  quiz,
  hangman,
  tictactoe,
  echo,
  web,
  echoUdp,
  capitalizeUdp,
  dateUdp,
];

/** @param transport the datagram variant of an exercise has the same name */
export function findExercise(name: string, transport: 'tcp' | 'udp'): Exercise | undefined {
  return EXERCISES.find((exercise) => exercise.name === name && exercise.transport === transport);
}
