/** Writes the outcome of a call as lines of the protocol. */
import { LETTERS } from '../../shared/quiz/store/store.js';
import type { Answered, Asked, Outcome, Ranked } from '../../shared/quiz/outcomes.js';

export function linesOf(outcome: Outcome): string[] {
  switch (outcome.kind) {
    case 'refused':
      return [`ERR ${outcome.why}`, ...(outcome.asked ? questionLines(outcome.asked) : [])];
    case 'entered':
      return [`OK ${outcome.welcome}`, ...(outcome.resumed ? resumeLines(outcome.resumed) : [])];
    case 'playing':
      return outcome.isResumed ? resumeLines(outcome.asked) : questionLines(outcome.asked);
    case 'answered':
      return answeredLines(outcome);
    case 'ranked':
      return rankingLines(outcome);
  }
}

function resumeLines(asked: Asked): string[] {
  return [`RESUME ${asked.number}/${asked.of}`, ...questionLines(asked)];
}

function questionLines({ number, of, text, options }: Asked): string[] {
  const choices = LETTERS.map((letter, index) => `${letter} ${options[index] ?? ''}`);
  return [`QUESTION ${number}/${of} ${text}`, ...choices];
}

function answeredLines({ isRight, correct, points, of, next, standing }: Answered): string[] {
  const lines = [isRight ? `RIGHT ${points}` : `WRONG ${correct}`];
  if (next) lines.push(...questionLines(next));
  if (standing) {
    const { total, rank, players } = standing;
    lines.push(`SCORE ${points}/${of}`, `TOTAL ${total}`, `RANK ${rank} of ${players}`);
  }
  return lines;
}

/**
 * The first line has the number of lines that follow, so that programs find the end of the list.
 */
function rankingLines({ top, players }: Ranked): string[] {
  return [
    `RANKING ${top.length} of ${players}`,
    ...top.map(({ rank, name, total }) => `${rank} ${name} ${total}`),
  ];
}
