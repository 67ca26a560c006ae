/**
 * A plot as a picture that stands alone: SVG text, drawn by Observable Plot on the server.
 *
 * Plot draws into a document; domino is a small one without a browser. What a picture shows is for its caller to say,
 * in Plot's own terms (observablehq.com/plot); the look is theme.ts's.
 */
import { createDocument } from '@mixmark-io/domino';
import * as Plot from '@observablehq/plot';
import { THEME_CSS } from './theme.js';

/** What is used of the element that Plot returns; without the DOM's types, its own say nothing here. */
interface Drawing {
  readonly outerHTML: string;
}

interface Picture {
  /** Plot's options; a `document` is given to it. */
  readonly plot: Plot.PlotOptions;
  /** For those who cannot see it: what it shows, in a sentence. */
  readonly label: string;
  /** SVG definitions that the plot refers to, such as `<pattern id="…">`. */
  readonly defs?: string;
}

/** @returns one `<svg>` element, with its size in `viewBox`, its style inside, in the colours of light or dark. */
export function renderSvg({ plot, label, defs = '' }: Picture): string {
  // Plot's types name the DOM's elements, which are not among ours: the cast says the little that is used of one.
  const drawing = Plot.plot({ ...plot, document: createDocument('') }) as unknown as Drawing;
  const style = `<style>${THEME_CSS} svg{color:var(--ink);background:var(--paper);--plot-background:var(--paper)}</style>`;
  const opening = `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escaped(label)}"`;
  return drawing.outerHTML.replace(
    /^<svg([^>]*)>/,
    `${opening}$1>${style}${defs === '' ? '' : `<defs>${defs}</defs>`}`,
  );
}

/** For text and quoted attributes of SVG and HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
