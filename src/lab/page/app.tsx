/** The whole page: what came from the lab, and what the viewer does with it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Command, Frame, ModelView } from '../protocol.js';
import { Buttons } from './buttons.js';
import { percent } from './format.js';
import { Lessons } from './lessons.js';
import { Replay } from './replay.js';
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

  // The frame that is shown in place of the newest.
  const [replayed, setReplayed] = useState<{ atMs: number; isPlaying: boolean }>();

  const { setup, frame, isConnected } = live;
  if (!setup || !frame || !stream.current) return <Empty />;
  const onCommand = (command: Command) => {
    setReplayed(undefined);
    void send(command).then((reply) => setSaid('error' in reply ? reply.error : reply.said));
  };
  const shown = replayed ? (stream.current.recording.at(replayed.atMs) ?? frame) : frame;
  const isLive = isConnected && !replayed;
  return (
    <>
      <header class="side">
        <h1>handoff lab</h1>
        <p class="faint">
          The same clients, at the same time, under {setup.models.length} server models: real
          processes, sockets and threads. Begin with lesson 2; or add 10 clients, then one that
          computes, and look what happens to the others.
        </p>
        <Lessons {...{ frame, onCommand, onSource: setSource }} models={setup.models} />
        <Buttons frame={frame} onCommand={onCommand} />
        <p class="said" role="status">
          {said}
        </p>
        <Legend />
        <Machine frame={frame} isConnected={isConnected} />
      </header>
      <main>
        {replayed && <p class="warning">This was before, and is over. “live” leads back.</p>}
        <Warnings frame={frame} isConnected={isConnected} />
        <div class="rows">
          {setup.models.map((model) => {
            const row = shown.rows.find((one) => one.model === model.name);
            return (
              row && (
                <Row
                  key={model.name}
                  {...{ row, model, isLive, onCommand, onSource: setSource }}
                  frame={shown}
                  history={stream.current?.history.get(model.name) ?? []}
                />
              )
            );
          })}
        </div>
        <Replay
          recording={stream.current.recording}
          nowMs={frame.atMs}
          shownMs={replayed?.atMs}
          isPlaying={replayed?.isPlaying ?? false}
          onShow={(atMs, isPlaying) =>
            setReplayed(atMs === undefined ? undefined : { atMs, isPlaying })
          }
        />
      </main>
      {source && <Source model={source} onClose={() => setSource(undefined)} />}
    </>
  );
}

function Empty() {
  return (
    <main>
      <h1>handoff lab</h1>
      <p>The servers start …</p>
    </main>
  );
}

interface FrameProps {
  readonly frame: Frame;
  readonly isConnected: boolean;
}

function Machine({ frame: { machine }, isConnected }: FrameProps) {
  return (
    <p class="faint">
      {isConnected ? 'Live' : 'No connection'}. {machine.cores} cores,{' '}
      {percent(machine.busyPercent)} busy; of a core, {percent(machine.serversPercent)} are the
      servers' and {percent(machine.labPercent)} that of the clients and of this page's events.
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
    <p class="faint">
      A dot is a client, in its colour in every row: ● asks and reads, ○ silent, ■ computes, ▲
      sleeps, ◆ never reads. A dark ring grows while it waits, and is full after 2 s. A striped
      thread computes.
    </p>
  );
}
