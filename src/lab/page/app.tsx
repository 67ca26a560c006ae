/** The whole page: what came from the lab, and what the viewer does with it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Command, Frame, ModelView } from '../protocol.js';
import { Buttons } from './buttons.js';
import { percent } from './format.js';
import { Row } from './row.js';
import { EVENTS, send } from './send.js';
import { Source } from './source.js';
import { Stream, type Live } from './stream.js';

export function App() {
  const stream = useRef<Stream>(undefined);
  const [live, setLive] = useState<Live>({
    setup: undefined,
    frame: undefined,
    isConnected: false,
  });
  const [said, setSaid] = useState('');
  const [source, setSource] = useState<ModelView>();
  useEffect(() => {
    stream.current = new Stream(EVENTS, setLive);
  }, []);

  const { setup, frame, isConnected } = live;
  if (!setup || !frame) return <p class="empty">The lab starts its servers …</p>;
  const onCommand = (command: Command) =>
    void send(command).then((reply) => setSaid('error' in reply ? reply.error : reply.said));
  return (
    <>
      <header class="top">
        <h1>handoff lab</h1>
        <p>
          The same clients, at the same time, under {setup.models.length} server models: real
          processes, sockets and threads on this machine.
        </p>
        <Machine frame={frame} isConnected={isConnected} />
      </header>
      <main>
        <Buttons frame={frame} onCommand={onCommand} />
        <p class="said" role="status">
          {said}
        </p>
        <Warnings frame={frame} isConnected={isConnected} />
        <div class="rows">
          {setup.models.map((model) => {
            const row = frame.rows.find((one) => one.model === model.name);
            return (
              row && (
                <Row
                  key={model.name}
                  {...{ row, model, frame, onCommand, onSource: setSource }}
                  history={stream.current?.history.get(model.name) ?? []}
                  isLive={isConnected}
                />
              )
            );
          })}
        </div>
        <Legend />
      </main>
      {source && <Source model={source} onClose={() => setSource(undefined)} />}
    </>
  );
}

interface FrameProps {
  readonly frame: Frame;
  readonly isConnected: boolean;
}

function Machine({ frame: { machine }, isConnected }: FrameProps) {
  return (
    <p class="machine">
      {isConnected ? 'live' : 'no connection'} · {machine.cores} cores,{' '}
      {percent(machine.busyPercent)} busy · this page's clients and events:{' '}
      {percent(machine.labPercent)} of a core
    </p>
  );
}

function Warnings({ frame: { machine }, isConnected }: FrameProps) {
  const text = isConnected
    ? machine.warning
    : 'The lab does not answer. The page shows the last state, and connects again by itself.';
  return text === undefined ? null : <p class="warning">{text}</p>;
}

function Legend() {
  return (
    <p class="legend">
      A dot is a client, in its colour in every row: ● asks and reads, ○ silent, ■ computes, ▲
      sleeps, ◆ never reads. A dark ring grows while it waits, and is full after 2 s. A striped
      thread computes.
    </p>
  );
}
