/**
 * The titles of a row's columns. Pure. A column has several, the longest first: the picture shows
 * the first that fits.
 */
import type { RowView } from '../protocol.js';
import type { Column } from './layout.js';

export type Titles = Readonly<Record<Column, readonly string[]>>;

export function titlesOf({ threads, ended, server }: RowView): Titles {
  const bad = ended.refused + ended.lost;
  return {
    clients: ['clients', 'new'],
    backlog: ["kernel's accept queue", 'accept queue', 'accept'],
    main: ["main's loop", 'main'],
    queue: ['admission queue', 'admission', 'queue'],
    threads: threadTitles(threads.length, server),
    done: bad === 0 ? [`done ${ended.done}`, `✓ ${ended.done}`] : doneTitles(ended.done, bad),
  };
}

function doneTitles(done: number, bad: number): readonly string[] {
  return [`done ${done}, ✕ ${bad}`, `✓ ${done} ✕ ${bad}`, `✕ ${bad}`];
}

function threadTitles(count: number, server: RowView['server']): readonly string[] {
  const limit = server?.limits.threads;
  if (limit !== undefined) return [`${count} of ${limit} threads`, `threads ${count}/${limit}`];
  return server && count === 0 ? ['no threads: main serves', 'no threads'] : ['threads'];
}
