/**
 * Renders a plot as SVG text that stands alone. Pure.
 *
 * Observable Plot draws into a document, and domino is a small document without a browser. The
 * caller describes the plot in Plot's terms (observablehq.com/plot); theme.ts defines the look.
 */
import { createDocument } from '@mixmark-io/domino';
import * as Plot from '@observablehq/plot';
import { THEME_CSS } from './theme.js';

/** The only property used of the element that Plot returns. */
interface Drawing {
  readonly outerHTML: string;
}

interface Picture {
  /** Plot's options; renderSvg adds `document`. */
  readonly plot: Plot.PlotOptions;
  /** A sentence for screen readers that says what the picture shows. */
  readonly label: string;
  /** SVG definitions for the plot, such as `<pattern id="…">`. */
  readonly defs?: string;
}

/** Returns one `<svg>` element: size in `viewBox`, style inside, colours for light and dark mode. */
export function renderSvg({ plot, label, defs = '' }: Picture): string {
  // Plot's types name DOM elements, but this project has no DOM types.
  const drawing = Plot.plot({ ...plot, document: createDocument('') }) as unknown as Drawing;
  const style = `<style>${THEME_CSS} svg{color:var(--ink);background:var(--paper);--plot-background:var(--paper)}</style>`;
  const opening = `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escaped(label)}"`;
  return drawing.outerHTML.replace(
    /^<svg([^>]*)>/,
    `${opening}$1>${style}${defs === '' ? '' : `<defs>${defs}</defs>`}`,
  );
}

/** Escapes text for the content and the quoted attributes of SVG and HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
