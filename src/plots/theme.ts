/**
 * The colours and styles of all pictures: the bench's plots, the timeline and their pages.
 *
 * A model has the same colour in every picture, and so has a client. The styles cover light and
 * dark colour schemes, screen and paper.
 */

/** Okabe and Ito's colours: colour-blind readers can distinguish them (jfly.uni-koeln.de/color). */
const COLOURS: Readonly<Record<string, string>> = {
  iterative: '#d55e00',
  'event-loop': '#0072b2',
  'thread-per-client': '#009e73',
  'worker-event-loops': '#6a3d9a',
};
const OTHER_COLOURS = [
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#8c6bb1',
  '#7f7f7f',
  '#a6761d',
  '#b2182b',
  '#4d9221',
];

/**
 * Returns a colour (`#rrggbb`) for each series, in their order. A model has its fixed colour. Other
 * names take the other colours in turn, which repeat after eight.
 */
export function coloursOf(names: readonly string[]): string[] {
  let others = 0;
  return names.map(
    (name) => COLOURS[name] ?? OTHER_COLOURS[others++ % OTHER_COLOURS.length] ?? 'currentColor',
  );
}

/** Colours for pictures that distinguish clients instead of models; also Okabe and Ito's. */
const CLIENT_COLOURS = [
  '#e69f00',
  '#56b4e9',
  '#009e73',
  '#cc79a7',
  '#d55e00',
  '#0072b2',
  '#f0e442',
  '#999999',
] as const;

/** Returns a client's colour by its connection number, from 1; the colours repeat after eight. */
export function colourOfClient(connection: number): string {
  return CLIENT_COLOURS[(connection - 1) % CLIENT_COLOURS.length] ?? CLIENT_COLOURS[0];
}

/**
 * The style sheet of pages and pictures: `currentColor` is readable on light and dark backgrounds.
 */
export const THEME_CSS = `:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--faint:#6a737d;--rule:#d8dee4}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--paper:#14181d;--faint:#8b949e;--rule:#30363d}}
@media print{:root{color-scheme:light;--ink:#000;--paper:#fff;--faint:#444;--rule:#bbb}}`;
