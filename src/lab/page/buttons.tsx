/** The buttons and sliders. Each acts on all rows at once. */
import { useEffect, useState } from 'preact/hooks';
import { BOUNDS, type Command, type Frame, type Settings } from '../protocol.js';

interface ButtonsProps {
  readonly frame: Frame;
  readonly onCommand: (command: Command) => void;
}

/** How many guests a burst has. */
const BURST = 50;

export function Buttons({ frame, onCommand }: ButtonsProps) {
  const isPaused = frame.rows.some(({ phase }) => phase === 'paused');
  const add = (text: string, kind: (Command & { do: 'add' })['kind'], count = 1, hint = '') => (
    <button type="button" title={hint} onClick={() => onCommand({ do: 'add', kind, count })}>
      {text}
    </button>
  );
  return (
    <div class="controls">
      <fieldset>
        <legend>Add to every row</legend>
        {add('+1 client', 'steady', 1, 'asks, reads, thinks, asks again; stays connected')}
        {add('+10', 'steady', 10)}
        {add('+100', 'steady', 100)}
        {add('○ silent', 'silent', 1, 'connects and says nothing')}
        {add('■ computes 1 s', 'computing', 1, 'sends work 1000')}
        {add('▲ sleeps 2 s', 'sleeping', 1, 'sends sleep 2000')}
        {add('◆ never reads', 'unread', 1, 'asks without end and reads no answer')}
        {add(
          `burst of ${BURST}`,
          'guest',
          BURST,
          'all at once; each asks for 50 ms of sleep and leaves',
        )}
        <button
          type="button"
          title="one speaks, seven listen; the servers start anew with the service chat"
          onClick={() => onCommand({ do: 'chat' })}
        >
          chat
        </button>
      </fieldset>
      <fieldset>
        <legend>Do to every server</legend>
        {add('kill a thread', 'killer', 1, 'its client makes it fail; on main, that is the server')}
        <button
          type="button"
          aria-pressed={isPaused}
          title="stops the processes (SIGSTOP), or lets them go on"
          onClick={() => onCommand({ do: isPaused ? 'resume' : 'pause' })}
        >
          {isPaused ? 'resume' : 'pause'}
        </button>
        <button type="button" onClick={() => onCommand({ do: 'clear' })}>
          remove all clients
        </button>
        <button type="button" onClick={() => onCommand({ do: 'restart' })}>
          restart
        </button>
      </fieldset>
      <Settings settings={frame.settings} onCommand={onCommand} />
    </div>
  );
}

interface SettingsProps {
  readonly settings: Settings;
  readonly onCommand: (command: Command) => void;
}

function Settings({ settings, onCommand }: SettingsProps) {
  const set = (name: keyof typeof BOUNDS) => (value: number) =>
    onCommand({ do: 'set', settings: { [name]: value } });
  const { thinkMs, visitorsPerS, threads, queue } = settings;
  return (
    <fieldset>
      <legend>Settings; threads and queue start the servers anew</legend>
      <Slider name="visitors/s" value={visitorsPerS} most={50} onChange={set('visitorsPerS')} />
      <Slider name="think ms" value={thinkMs} most={2000} step={50} onChange={set('thinkMs')} />
      <Field name="threads" value={threads} bounds={BOUNDS.threads} onChange={set('threads')} />
      <Field name="queue" value={queue} bounds={BOUNDS.queue} onChange={set('queue')} />
    </fieldset>
  );
}

interface SliderProps {
  readonly name: string;
  readonly value: number;
  readonly most: number;
  readonly step?: number;
  readonly onChange: (value: number) => void;
}

function Slider({ name, value, most, step = 1, onChange }: SliderProps) {
  return (
    <label>
      {name} <output>{value}</output>
      <input
        type="range"
        min={0}
        max={most}
        step={step}
        value={value}
        onInput={({ currentTarget }) => onChange(Number(currentTarget.value))}
      />
    </label>
  );
}

interface FieldProps {
  readonly name: string;
  readonly value: number;
  readonly bounds: readonly [number, number];
  readonly onChange: (value: number) => void;
}

/** Takes effect when it is left or Enter is pressed, since it restarts the servers. */
function Field({ name, value, bounds: [least, most], onChange }: FieldProps) {
  const [text, setText] = useState(String(value));
  useEffect(() => setText(String(value)), [value]);
  return (
    <label title="restarts the servers">
      {name}
      <input
        type="number"
        min={least}
        max={most}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onChange={({ currentTarget }) => {
          onChange(Number(currentTarget.value));
          // A value that is refused does not stay there.
          if (!currentTarget.checkValidity()) setText(String(value));
        }}
      />
    </label>
  );
}
