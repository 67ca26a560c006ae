/** The recording of the last two minutes, and what can be saved of it. */
import { useEffect, useRef } from 'preact/hooks';
import { RECORDED_EVERY_MS, type Recording } from './recording.js';
import { exportLink } from './send.js';

interface ReplayProps {
  readonly recording: Recording;
  /** The newest time of the lab's clock. */
  readonly nowMs: number;
  /** The time that is shown; undefined: the present. */
  readonly shownMs: number | undefined;
  readonly isPlaying: boolean;
  readonly onShow: (atMs: number | undefined, isPlaying: boolean) => void;
}

export function Replay({ recording, nowMs, shownMs, isPlaying, onShow }: ReplayProps) {
  const fromMs = recording.fromMs ?? nowMs;
  // Plays at the speed at which it happened: the effect keeps its clock while props change.
  const props = useRef({ nowMs, onShow });
  props.current = { nowMs, onShow };
  useEffect(() => {
    if (!isPlaying) return;
    const [fromLabMs, fromPageMs] = [shownMs ?? nowMs, performance.now()];
    const timer = setInterval(() => {
      const next = fromLabMs + performance.now() - fromPageMs;
      const isOver = next >= props.current.nowMs;
      props.current.onShow(isOver ? undefined : next, !isOver);
    }, RECORDED_EVERY_MS / 2);
    return () => clearInterval(timer);
  }, [isPlaying]);
  const agoS = shownMs === undefined ? 0 : (nowMs - shownMs) / 1000;
  return (
    <div class="replay">
      <label class="scrubber">
        <span>{shownMs === undefined ? 'now' : `${agoS.toFixed(1)} s ago`}</span>
        <input
          type="range"
          aria-label="time of the recording"
          aria-valuetext={shownMs === undefined ? 'now' : `${agoS.toFixed(1)} seconds ago`}
          min={fromMs}
          max={nowMs}
          step={RECORDED_EVERY_MS}
          value={shownMs ?? nowMs}
          onInput={({ currentTarget }) => onShow(Number(currentTarget.value), false)}
        />
      </label>
      <button
        type="button"
        disabled={shownMs === undefined}
        onClick={() => onShow(shownMs, !isPlaying)}
      >
        {isPlaying ? 'hold' : 'replay'}
      </button>
      <button
        type="button"
        disabled={shownMs === undefined}
        onClick={() => onShow(undefined, false)}
      >
        live
      </button>
      <span>
        Save the servers' <a href={exportLink('log')}>log</a>, a{' '}
        <a href={exportLink('picture')}>picture</a> or a <a href={exportLink('trace')}>trace</a>.
      </span>
    </div>
  );
}
