/** The ways in which a load client can fail, as every result counts them. */

export const ERROR_KINDS = [
  'refused',
  'reset',
  'closedEarly',
  'wrongBytes',
  'wrongOrder',
  'timeout',
  'other',
] as const;

/**
 * - `refused`: nothing listens on the port.
 * - `reset`: the server reset the connection.
 * - `closedEarly`: the stream ended before the end of the answer.
 * - `wrongBytes`: the answer has other bytes than expected, or a chat line came twice.
 * - `wrongOrder`: a chat member received the lines in another order than the other members.
 * - `timeout`: an answer, or one member's copy of a chat line, did not come within the limit.
 * - `other`: the machine is out of descriptors or ports, or a system call failed otherwise.
 */
export type ErrorKind = (typeof ERROR_KINDS)[number];

export type ErrorCounts = Readonly<Record<ErrorKind, number>>;

export function noErrors(): Record<ErrorKind, number> {
  return {
    refused: 0,
    reset: 0,
    closedEarly: 0,
    wrongBytes: 0,
    wrongOrder: 0,
    timeout: 0,
    other: 0,
  };
}

export function addedErrors(one: ErrorCounts, other: ErrorCounts): ErrorCounts {
  const sum = noErrors();
  for (const kind of ERROR_KINDS) sum[kind] = one[kind] + other[kind];
  return sum;
}

export function totalErrors(errors: ErrorCounts): number {
  return ERROR_KINDS.reduce((total, kind) => total + errors[kind], 0);
}
