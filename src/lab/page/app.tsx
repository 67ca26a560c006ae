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
  const isLive = isConnected && (!replayed || replayed.isPlaying);
  return (
    <>
      <header class="side">
        <h1>handoff lab</h1>
        <p class="faint">
          The same clients, at the same time, under {setup.models.length} server models: real
          processes, sockets and threads. Visitors ask for 1 ms of work and leave. Add one that
          computes, and look at the others; or begin with a lesson.
        </p>
        <Lessons
          {...{ frame, onCommand, onSource: setSource }}
          models={setup.models}
          onReplay={(atMs) => setReplayed({ atMs, isPlaying: true })}
        />
        <Buttons frame={frame} onCommand={onCommand} />
        <p class="said" role="status">
          {said}
        </p>
        <div class="notice">
          {replayed && <p class="warning">This was before, and is over. “live” leads back.</p>}
          <Warnings frame={frame} isConnected={isConnected} />
        </div>
        <Legend />
        <Machine frame={frame} isConnected={isConnected} />
      </header>
      <main>
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
      {isConnected ? 'Live' : 'No connection'}. This machine has {machine.cores} cores, which are{' '}
      {percent(machine.busyPercent)} busy. The servers use {percent(machine.serversPercent)} of a
      core; the clients, with the events of this page, {percent(machine.labPercent)}.
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
    <>
      <p class="faint">
        A dot is a client, with its number and colour in every row: ● asks and reads, ○ silent, ■
        computes, ▲ sleeps, ▼ speaks, ◆ never reads, ⬟ makes its thread fail. A ring grows around it
        while it waits, and is full after 2 s. A striped thread computes.
      </p>
      <details>
        <summary>What the words mean</summary>
        <dl class="words">
          {WORDS.map(([word, meaning]) => (
            <div key={word}>
              <dt>{word}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  );
}

const WORDS: readonly (readonly [word: string, meaning: string])[] = [
  ['accept queue', 'Connections that the kernel has completed and main has not accepted.'],
  ['admission queue', 'Accepted clients that wait until a thread, or the only place, is free.'],
  ['turning, held', 'Main’s loop looks for events, or cannot, since one request computes on it.'],
  ['recv, send', 'The thread blocks in this system call: for bytes of its client, for room to it.'],
  ['awaits', 'The thread waits for an event: a timer, or the next of its clients.'],
  [
    'p50, p99',
    'Half of the answers came faster than this; 99 of 100 did. A latency begins when the request was due.',
  ],
  ['longest wait', 'Of the last five seconds; a wait that is not over counts, too.'],
  [
    'since last button',
    'Since the last click that changed something. “resume” and “close” do not.',
  ],
  ['all threads', 'Of the server’s process, with those of Node itself.'],
  ['page costs', 'Of main’s time, for what this page wants to know.'],
];
