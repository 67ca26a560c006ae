/**
 * The look of a contender, the same in every plot of every run: a colour, and a symbol for print
 * without colours. Symbols are filled for models and hollow for other servers. Pure functions.
 */
import { coloursOf } from '../../../src/plots/theme.js';
import type { ContenderResult } from '../../analysis/experiment.js';

export interface Look {
  readonly colour: string;
  readonly symbol: (typeof SYMBOLS)[number];
  readonly hollow: boolean;
}

const SYMBOLS = [
  ...(['circle', 'square', 'triangle', 'square2', 'diamond', 'star'] as const),
  ...(['cross', 'wye', 'hexagon', 'diamond2', 'triangle2'] as const),
  ...(['asterisk', 'plus', 'square2', 'times'] as const),
] as const;

/** The looks of these contenders are fixed; other contenders get the free ones. */
const KNOWN = [
  ...['iterative', 'event-loop', 'thread-per-client', 'worker-event-loops'],
  ...[
    'c-pthread',
    'c-epoll',
    'python-threading',
    'python-asyncio',
    'bare-net',
    'bare-http',
    'python-iterative',
    'c-prethreaded',
    'c-queue',
    'node-cluster',
    'scm-rights',
    'message-port-proxy',
  ],
];
const KNOWN_COLOURS = coloursOf(KNOWN);
/**
 * The looks of the models come last, so that no other contender is mistaken for an absent model.
 */
const MODELS = 4;
const SPARE_COLOURS = [...new Set([...KNOWN_COLOURS.slice(MODELS), ...KNOWN_COLOURS])];
const SPARE_SYMBOLS = [...SYMBOLS.slice(MODELS), ...SYMBOLS.slice(0, MODELS)];

export function looksOf(
  contenders: readonly { readonly name: string; readonly kind: ContenderResult['kind'] }[],
): ReadonlyMap<string, Look> {
  const known = contenders.map(({ name }) => KNOWN.indexOf(name)).filter((index) => index >= 0);
  const colours = free(
    SPARE_COLOURS,
    known.map((index) => KNOWN_COLOURS[index]),
  );
  const symbols = free(
    SPARE_SYMBOLS,
    known.map((index) => SYMBOLS[index % SYMBOLS.length]),
  );
  let strangers = 0;
  return new Map(
    contenders.map(({ name, kind }) => {
      const index = KNOWN.indexOf(name);
      const turn = index < 0 ? strangers++ : 0;
      const colour = index < 0 ? colours[turn % colours.length] : KNOWN_COLOURS[index];
      const symbol = index < 0 ? symbols[turn % symbols.length] : SYMBOLS[index % SYMBOLS.length];
      const hollow = kind === 'peer' || kind === 'control' || kind === 'server';
      return [name, { colour: colour ?? 'currentColor', symbol: symbol ?? 'circle', hollow }];
    }),
  );
}

/** Returns the options of a dot of Observable Plot. */
export function symbolOf({ colour, symbol: shape, hollow }: Look) {
  return { symbol: shape, stroke: colour, fill: hollow ? 'var(--paper)' : colour, strokeWidth: 2 };
}

/** Starts again with all of them if none is free. */
function free<Kind>(all: readonly Kind[], used: readonly unknown[]): readonly Kind[] {
  const left = all.filter((one) => !used.includes(one));
  return left.length > 0 ? left : all;
}
