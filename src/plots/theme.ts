/**
 * How all pictures look, from the bench's plots to the timeline: a colour and a symbol for each model and peer, which
 * are the same everywhere; light and dark, on paper and on a screen.
 */

/** Okabe and Ito's colours, which people who are colour-blind can tell apart (jfly.uni-koeln.de/color). */
const COLOURS: Readonly<Record<string, string>> = {
  iterative: '#d55e00',
  'event-loop': '#0072b2',
  'thread-per-client': '#009e73',
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

/** The colours of these series, in their order; a name that is no model's gets one that is still free. */
export function coloursOf(names: readonly string[]): string[] {
  let others = 0;
  return names.map(
    (name) => COLOURS[name] ?? OTHER_COLOURS[others++ % OTHER_COLOURS.length] ?? 'currentColor',
  );
}

/** For pages and pictures alike: what is drawn in `currentColor` is readable on either background. */
export const THEME_CSS = `:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--faint:#6a737d;--rule:#d8dee4}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--paper:#14181d;--faint:#8b949e;--rule:#30363d}}
@media print{:root{color-scheme:light;--ink:#000;--paper:#fff;--faint:#444;--rule:#bbb}}`;
