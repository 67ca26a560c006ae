/** One row: the model, its picture, the sentence that says what happens, and the numbers. */
import type { Command, Frame, ModelView, Numbers, RowView } from '../protocol.js';
import { COLUMNS, SHARES, type Column } from './layout.js';
import { NumbersLine } from './numbers.js';
import { Stage } from './stage.js';

interface RowProps {
  readonly row: RowView;
  readonly model: ModelView;
  readonly frame: Frame;
  readonly history: readonly Numbers[];
  readonly isLive: boolean;
  readonly onCommand: (command: Command) => void;
  readonly onSource: (model: ModelView) => void;
}

/** Long and short, for a phone. */
const COLUMN_TITLES: Readonly<Record<Column, readonly [string, string]>> = {
  clients: ['clients', 'clients'],
  backlog: ["kernel's accept queue", 'accept'],
  main: ["main's loop", 'main'],
  queue: ['admission queue', 'queue'],
  threads: ['threads', 'threads'],
  done: ['done', 'done'],
};

export function Row({ row, model, frame, history, isLive, onCommand, onSource }: RowProps) {
  const { numbers, sentence, phase, death, ended } = row;
  const id = `row-${row.model}`;
  return (
    <section class={`row ${phase}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>
          <span class="swatch" style={{ background: model.colour }} />
          {row.model}
        </h2>
        <p class="summary">
          {model.summary}{' '}
          <button type="button" class="link" onClick={() => onSource(model)}>
            {model.path}
          </button>
        </p>
      </header>
      <ol class="columns" aria-hidden="true">
        {COLUMNS.map((column) => (
          <li key={column} style={{ flexBasis: `${SHARES[column] * 100}%` }}>
            <span class="long">{titleOf(column, 0, row)}</span>
            <span class="short">{titleOf(column, 1, row)}</span>
          </li>
        ))}
      </ol>
      <Stage row={row} atMs={frame.atMs} isLive={isLive} />
      <p class="sentence">{sentence}</p>
      {death && (
        <div class="death">
          <p>
            <strong>Dead: {death.how}.</strong> Its last log lines:
          </p>
          <pre tabIndex={0}>{death.lines.join('\n')}</pre>
          <button
            type="button"
            onClick={() => onCommand({ do: 'restart', model: row.model })}
          >{`restart ${row.model}`}</button>
        </div>
      )}
      <NumbersLine numbers={numbers} history={history} isAlive={phase !== 'dead'} />
      <p class="hidden">
        {`${ended.done} clients done, ${ended.refused} refused, ${ended.lost} lost.`}
      </p>
    </section>
  );
}

function titleOf(column: Column, length: 0 | 1, { threads, ended, server }: RowView): string {
  const title = COLUMN_TITLES[column][length];
  if (column === 'done') {
    const bad = ended.refused + ended.lost;
    return bad === 0 ? `${title} ${ended.done}` : `${title} ${ended.done}, ✕ ${bad}`;
  }
  const limit = server?.limits.threads;
  if (column === 'threads' && server && limit === undefined && threads.length === 0)
    return ['no threads: main serves', 'no threads'][length] ?? '';
  if (column === 'threads' && limit !== undefined) return `${title} ${threads.length}/${limit}`;
  return title;
}
