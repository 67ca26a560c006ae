/**
 * Checks the shape of JSON that was read from a file: a check returns undefined, or which part is
 * wrong. Pure functions, for results.ts and load-results.ts.
 */

/** Returns undefined, or the problem with the path of the wrong part. */
type Check = (value: unknown, at: string) => string | undefined;

export const text = typed('string', 'text');
export const number = typed('number', 'number');
export const histogram = object({
  count: number,
  sumNs: number,
  minNs: number,
  maxNs: number,
  buckets: list(pair),
});

function typed(type: 'string' | 'number', noun: string): Check {
  return (value, at) => (typeof value === type ? undefined : `${at} is no ${noun}`);
}

function pair(value: unknown, at: string): string | undefined {
  const isPair = Array.isArray(value) && value.length === 2;
  return isPair ? list(number)(value, at) : `${at} is no pair`;
}

export function list(check: Check): Check {
  return (value, at) => {
    if (!Array.isArray(value)) return `${at} is no list`;
    return firstProblem(value.map((item, index) => check(item, `${at}[${index}]`)));
  };
}

export function record(check: Check): Check {
  return (value, at) => {
    if (!isObject(value)) return `${at} is no object`;
    return firstProblem(Object.entries(value).map(([key, item]) => check(item, `${at}.${key}`)));
  };
}

export function object(checks: Readonly<Record<string, Check>>): Check {
  return (value, at) => {
    if (!isObject(value)) return `${at} is no object`;
    const entries = Object.entries(checks);
    return firstProblem(
      entries.map(([key, check]) => check(value[key], at === '' ? key : `${at}.${key}`)),
    );
  };
}

function firstProblem(problems: readonly (string | undefined)[]): string | undefined {
  return problems.find((problem) => problem !== undefined);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
