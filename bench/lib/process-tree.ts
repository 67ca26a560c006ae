/**
 * A process and its descendants, for servers that are several processes. Linux only; a descendant
 * whose parent has ended is not found. In the load process, which samples them, and in the runner.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { statFields } from './process-stats.js';

const PARENT = 1;

/** The process ids of a tree, its root first; empty without /proc. */
export function treeOf(root: number): number[] {
  const parents = parentsByProcess();
  const tree = [root];
  // The array grows while it is read: each process adds its children.
  for (const pid of tree)
    for (const [child, parent] of parents) if (parent === pid) tree.push(child);
  return parents.has(root) ? tree : [];
}

function parentsByProcess(): Map<number, number> {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const fields = statFields(readFileSync(`/proc/${name}/stat`, 'latin1'));
      parents.set(Number(name), Number(fields[PARENT]));
    } catch {
      // It has ended meanwhile.
    }
  }
  return parents;
}
