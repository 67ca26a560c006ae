/**
 * Lets a user's module import from 'handoff', wherever it is stored, as if the package were
 * installed beside it. Every thread that loads the module installs it: a customisation of Node's
 * module loader applies to one thread.
 *
 * Also hands on the version of a module that changed (see reloading.ts) to the files that it
 * imports: they are loaded anew with it.
 */
import module from 'node:module';
import { COMPILED } from '../../base/programs.js';
import { resolveOwn, type Resolve } from './resolve.js';

type ModuleHooks = typeof module & {
  /** Since Node 22.15: in the same thread, and for require() as well. */
  readonly registerHooks?: (hooks: { resolve: Resolve }) => unknown;
};

let isInstalled = false;

/** Harmless when called again. */
export function installImportHook(): void {
  if (isInstalled) return;
  isInstalled = true;
  const { registerHooks } = module as ModuleHooks;
  if (registerHooks) registerHooks({ resolve: resolveOwn });
  else module.register(new URL('src/services/own/resolve.js', COMPILED));
}
