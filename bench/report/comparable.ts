/** Whether two runs of the bench may be compared at all, and what of them: how they differ, what both have. */
import type { BenchResults } from '../analysis/results.js';

/** Why a change may not be the program's: another machine, version or option. Empty: nothing is known. */
export function differencesOf(before: BenchResults, after: BenchResults): string[] {
  const [one, other] = [settingsOf(before), settingsOf(after)];
  const differing = [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .map((key): [string, string, string] => [key, shown(one[key]), shown(other[key])])
    .filter(([, from, to]) => from !== to)
    .map(([key, from, to]) => `${key} differs: ${from}, then ${to}`);
  return [
    ...differing,
    ...(before.startedAt === after.startedAt ? ['both files are of the same run'] : []),
    ...(before.startedAt > after.startedAt ? ['the first file is of the later run'] : []),
  ];
}

function settingsOf({ machine, versions, options }: BenchResults): Record<string, unknown> {
  return {
    ...prefixed('machine: ', machine),
    'Node.js': versions.node,
    ...prefixed('package ', versions.packages),
    ...prefixed('option ', options),
  };
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? 'none' : JSON.stringify(value);
}

function prefixed(prefix: string, values: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}${key}`, value]));
}

/** What both have, in the order of the first; what only one has is added to `missing`, as `where` and its name. */
export function pairsByName<Named extends { readonly name: string }>(
  before: readonly Named[],
  after: readonly Named[],
  where: string,
  missing: string[],
): [Named, Named][] {
  const names = new Map(after.map((one) => [one.name, one]));
  const pairs: [Named, Named][] = [];
  for (const one of before) {
    const other = names.get(one.name);
    names.delete(one.name);
    if (other === undefined) missing.push(`${where}${one.name} is in the first run only`);
    else pairs.push([one, other]);
  }
  for (const name of names.keys()) missing.push(`${where}${name} is in the second run only`);
  return pairs;
}
