/**
 * Renders a plot as a standalone SVG text with Observable Plot, without a browser.
 *
 * Plot draws into a DOM document, which domino provides. The caller chooses the content in Plot's
 * own terms (observablehq.com/plot). Read theme.ts next, which has the colours and styles.
 */
import { createDocument } from '@mixmark-io/domino';
import * as Plot from '@observablehq/plot';
import { THEME_CSS } from './theme.js';

/** The part that is used of the element that Plot returns. */
interface Drawing {
  readonly outerHTML: string;
}

interface Picture {
  /** Plot's options; renderSvg adds the `document`. */
  readonly plot: Plot.PlotOptions;
  /** A sentence that describes the picture, for screen readers. */
  readonly label: string;
  /** SVG definitions that the plot refers to, such as `<pattern id="…">`; none by default. */
  readonly defs?: string;
}

/**
 * Matches the label that Plot gives to a group. It names the kind of mark, such as `rule`, which
 * tells a reader nothing, and ARIA forbids labels of groups without a role.
 */
const PLOTS_LABEL = /(<g\b[^>]* )aria-label=/g;

/**
 * Renders a plot as text.
 * @returns one `<svg>` element with its size in `viewBox` and its style inside; the style follows
 * the reader's light or dark colour scheme
 * @throws Plot's errors, for options that it cannot draw
 */
export function renderSvg({ plot, label, defs = '' }: Picture): string {
  // Plot's types refer to the DOM's, which this project does not load: the cast replaces them.
  const drawing = Plot.plot({ ...plot, document: createDocument('') }) as unknown as Drawing;
  const style = `<style>${THEME_CSS} svg{color:var(--ink);background:var(--paper);--plot-background:var(--paper)}</style>`;
  const opening = `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escaped(label)}"`;
  return drawing.outerHTML
    .replace(/^<svg([^>]*)>/, `${opening}$1>${style}${defs === '' ? '' : `<defs>${defs}</defs>`}`)
    .replace(PLOTS_LABEL, '$1data-mark=');
}

/** Escapes text for the content and the quoted attributes of SVG and HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
