/**
 * The moving picture of a row: a canvas that is redrawn once a display frame, whatever the number of
 * events. Its text alternative is the row's sentence, which stands below it.
 */
import { useEffect, useRef } from 'preact/hooks';
import type { RowView } from '../protocol.js';
import { Dots } from '../picture/dots.js';
import { draw, type Ink } from './draw.js';
import { layoutOf, type Layout } from '../picture/layout.js';
import { titlesOf } from '../picture/titles.js';

interface StageProps {
  readonly row: RowView;
  /** The lab's clock when the frame was made. */
  readonly atMs: number;
  /** A replayed frame stands still. */
  readonly isLive: boolean;
}

const STILL = window.matchMedia('(prefers-reduced-motion: reduce)');
const DARK = window.matchMedia('(prefers-color-scheme: dark)');

/** What the animation needs between two frames of the lab. */
interface Scene {
  props: StageProps;
  /** The page's clock when the frame came. */
  cameAtMs: number;
  layout: Layout;
  width: number;
  height: number;
}

export function Stage(props: StageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const dots = useRef(new Dots());
  const scene = useRef<Scene>(undefined);
  const nowMs = performance.now();
  if (scene.current) {
    scene.current.props = props;
    scene.current.cameAtMs = nowMs;
    refresh(scene.current, dots.current, nowMs);
  } else {
    const layout = layoutOf(props.row, 1, 1);
    scene.current = { props, cameAtMs: nowMs, layout, width: 0, height: 0 };
  }

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context) return;
    let ink = inkOf(element);
    const resize = () => {
      const { clientWidth, clientHeight } = element;
      const ratio = window.devicePixelRatio;
      element.width = Math.round(clientWidth * ratio);
      element.height = Math.round(clientHeight * ratio);
      ink = inkOf(element);
      const { current } = scene;
      if (!current) return;
      current.width = clientWidth;
      current.height = clientHeight;
      refresh(current, dots.current, performance.now());
      // A canvas is empty after a change of its size.
      paint(performance.now());
    };
    const sizes = new ResizeObserver(resize);
    sizes.observe(element);
    const recolour = () => (ink = inkOf(element));
    DARK.addEventListener('change', recolour);
    const paint = (atMs: number) => {
      const { current } = scene;
      if (!current || current.width === 0) return;
      const { row, atMs: frameMs, isLive } = current.props;
      const ratio = element.width / current.width;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, current.width, current.height);
      dots.current.isStill = STILL.matches || !isLive;
      draw(
        context,
        {
          ...{ layout: current.layout, dots: dots.current, titles: titlesOf(row) },
          ...{ main: row.main, threads: row.threads },
          labMs: frameMs + (isLive ? atMs - current.cameAtMs : 0),
          nowMs: atMs,
        },
        ink,
      );
    };
    let request = requestAnimationFrame(function show(atMs) {
      request = requestAnimationFrame(show);
      paint(atMs);
    });
    return () => {
      cancelAnimationFrame(request);
      sizes.disconnect();
      DARK.removeEventListener('change', recolour);
    };
  }, []);

  // A box of its own: the size of a canvas must not depend on what was drawn.
  return (
    <div class="stage" aria-hidden="true">
      <canvas ref={canvas} />
    </div>
  );
}

function refresh(scene: Scene, dots: Dots, nowMs: number): void {
  if (scene.width === 0) return;
  scene.layout = layoutOf(scene.props.row, scene.width, scene.height);
  dots.update(scene.props.row.clients, scene.layout, nowMs);
}

function inkOf(element: HTMLElement): Ink {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    ink: colour('--ink'),
    faint: colour('--faint'),
    rule: colour('--rule'),
    paper: colour('--paper'),
    textPx: parseFloat(style.fontSize),
  };
}
