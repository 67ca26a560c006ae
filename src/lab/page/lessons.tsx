/**
 * The lessons: the viewer predicts, the lab plays, and the page shows prediction and measurement
 * side by side. ../lessons/lessons.ts has the texts.
 */
import { useState } from 'preact/hooks';
import { LESSONS, lessonOf, type Lesson } from '../lessons/lessons.js';
import type { Command, Frame, LessonResult, LessonView, ModelView } from '../protocol.js';
import { duration } from './format.js';

interface LessonsProps {
  readonly frame: Frame;
  readonly models: readonly ModelView[];
  readonly onCommand: (command: Command) => void;
  readonly onSource: (model: ModelView) => void;
  /** Shows the recording from this time on. */
  readonly onReplay: (atMs: number) => void;
}

export function Lessons({ frame, models, onCommand, onSource, onReplay }: LessonsProps) {
  const [id, setId] = useState<string>();
  const [predicted, setPredicted] = useState<readonly string[]>([]);
  const lesson = id === undefined ? undefined : lessonOf(id);
  const choose = (chosen: string | undefined) => {
    if (frame.lesson) onCommand({ do: 'leave' });
    setPredicted([]);
    setId(chosen === id ? undefined : chosen);
  };
  const view = frame.lesson?.id === id ? frame.lesson : undefined;
  return (
    <div class="lessons">
      <fieldset>
        <legend>Lessons: first predict, then look</legend>
        {LESSONS.map((one, index) => (
          <button
            key={one.id}
            type="button"
            aria-pressed={one.id === id}
            onClick={() => choose(one.id)}
          >
            {`${index + 1}. ${one.title}`}
          </button>
        ))}
      </fieldset>
      {lesson && (
        <section class="lesson" aria-label={lesson.title}>
          <p>{lesson.story}</p>
          {view && view.phase !== 'failed' ? (
            <Result {...{ lesson, view, models, predicted, onSource }} />
          ) : (
            <Prediction {...{ lesson, models, predicted, onPredict: setPredicted }} />
          )}
          {view?.phase === 'failed' && <p role="status">It could not be played: {view.why}</p>}
          <div class="actions">
            <button
              type="button"
              class="main"
              disabled={view?.phase === 'preparing' || view?.phase === 'running'}
              onClick={() => onCommand({ do: 'lesson', lesson: lesson.id })}
            >
              {view?.phase === 'over' ? 'play it again' : 'that is my prediction: play it'}
            </button>
            {view?.phase === 'over' && view.fromMs !== undefined && (
              <button type="button" onClick={() => onReplay(view.fromMs ?? 0)}>
                show it again
              </button>
            )}
            <button type="button" onClick={() => choose(undefined)}>
              close
            </button>
          </div>
        </section>
      )}
    </div>
  );
}

interface PredictionProps {
  readonly lesson: Lesson;
  readonly models: readonly ModelView[];
  readonly predicted: readonly string[];
  readonly onPredict: (models: readonly string[]) => void;
}

function Prediction({ lesson, models, predicted, onPredict }: PredictionProps) {
  return (
    <fieldset class="prediction">
      <legend>{lesson.question}</legend>
      {models.map(({ name }) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={predicted.includes(name)}
            onChange={({ currentTarget: { checked } }) =>
              onPredict(checked ? [...predicted, name] : predicted.filter((one) => one !== name))
            }
          />
          {name}
        </label>
      ))}
    </fieldset>
  );
}

interface ResultProps {
  readonly lesson: Lesson;
  readonly view: LessonView;
  readonly models: readonly ModelView[];
  readonly predicted: readonly string[];
  readonly onSource: (model: ModelView) => void;
}

function Result({ lesson, view, models, predicted, onSource }: ResultProps) {
  const yesOf = (isMore: boolean) => (isMore ? `over ${valueText(lesson, lesson.limit)}` : 'no');
  return (
    <>
      <p role="status">
        <strong>{lesson.question}</strong> {view.phase === 'preparing' && 'The servers get ready …'}
        {view.phase === 'running' && 'Look at the rows now!'}
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">model</th>
            <th scope="col">you said</th>
            <th scope="col">{lesson.measured}</th>
            <th scope="col" />
          </tr>
        </thead>
        <tbody>
          {models.map((model) => {
            const result = view.results.find((one) => one.model === model.name);
            const isPredicted = predicted.includes(model.name);
            const isRight = result && result.value > lesson.limit === isPredicted;
            return (
              <tr key={model.name}>
                <th scope="row">
                  <button type="button" class="link" onClick={() => onSource(model)}>
                    {model.name}
                  </button>
                </th>
                <td>{yesOf(isPredicted)}</td>
                <td class="value">{result ? resultText(lesson, result) : '…'}</td>
                <td>{isRight === undefined ? '' : isRight ? '✓ right' : '✗ wrong'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {view.phase === 'over' && <p class="why">{lesson.explanation}</p>}
      {view.warning !== undefined && (
        <p class="faint">At some time of the lesson: {view.warning}</p>
      )}
    </>
  );
}

function resultText(lesson: Lesson, { value, isOpen }: LessonResult): string {
  const text = valueText(lesson, value);
  return isOpen ? `over ${text}, still waiting` : text;
}

function valueText({ unit }: Lesson, value: number): string {
  return unit === 'ms' ? duration(value) : `${Math.round(value)} MB`;
}
