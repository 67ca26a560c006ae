/**
 * How a user's module finds 'handoff', and the newest version of its own files. Runs wherever
 * import-hook.ts has installed it: on each thread that loads the module, or on the thread of Node's
 * loader in Node 20, which takes the function by the name `resolve`.
 */

import { COMPILED } from '../../base/programs.js';

/** What 'handoff' is. */
const PUBLIC = new URL('src/services/public.js', COMPILED).href;
const PROGRAM = COMPILED.href;
/** In the query of a module's address: which change of the module it is. */
const VERSION = 'handoff-version';

interface Resolved {
  url: string;
  shortCircuit?: boolean;
}

type Next<R> = (specifier: string, context: ResolveContext) => R;

interface ResolveContext {
  readonly parentURL?: string | undefined;
}

/** Returns a promise where `next` does. */
export type Resolve = <R extends Resolved | Promise<Resolved>>(
  specifier: string,
  context: ResolveContext,
  next: Next<R>,
) => R | Resolved;

export const resolveOwn: Resolve = (specifier, context, next) => {
  if (specifier === 'handoff') return { url: PUBLIC, shortCircuit: true };
  const resolved = next(specifier, context);
  const version = versionOf(context.parentURL);
  if (version === undefined) return resolved;
  const withVersion = (found: Resolved) => addVersion(found, version);
  return resolved instanceof Promise
    ? (resolved.then(withVersion) as typeof resolved)
    : withVersion(resolved);
};

export { resolveOwn as resolve };

/** The address of a version of a module. */
export function withVersion(module: string, version: number): string {
  return `${module}?${VERSION}=${version}`;
}

function versionOf(url: string | undefined): string | undefined {
  if (url === undefined || !url.includes(VERSION)) return undefined;
  return new URL(url).searchParams.get(VERSION) ?? undefined;
}

/** Packages and the program stay as they are: only the user's own files change. */
function addVersion(resolved: Resolved, version: string): Resolved {
  const { url } = resolved;
  const isOwn =
    url.startsWith('file:') && !url.includes('/node_modules/') && !url.startsWith(PROGRAM);
  if (!isOwn) return resolved;
  return { ...resolved, url: `${resolved.url}?${VERSION}=${version}` };
}
