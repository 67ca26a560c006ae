/** One row: the model, its picture, the sentence that says what happens, and the numbers. */
import type { Command, Frame, ModelView, Numbers, RowView } from '../protocol.js';
import { NumbersLine, Outcome } from './numbers.js';
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
        <Outcome numbers={numbers} />
      </header>
      {!death && <Stage row={row} atMs={frame.atMs} isLive={isLive} />}
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
