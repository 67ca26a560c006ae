import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDocument } from '@mixmark-io/domino';
import type { Experiment, ExperimentResult } from '../../../bench/analysis/experiment.js';
import { plotsOf } from '../../../bench/report/plots.js';
import { spread } from '../../../bench/report/plots/labels.js';
import { placeScale, positionOf, valueAt, valueScale } from '../../../bench/report/plots/scale.js';
import { clean, wrapped } from '../../../bench/report/plots/text.js';
import {
  caseOf,
  contenderOf,
  experimentOf,
  HOSTILE,
  p99,
  p99Plot,
  rate,
  ratePlot,
} from '../../support/bench/run-samples.js';

/** The part of domino's elements that the tests use. */
interface Element {
  readonly textContent: string;
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): Iterable<Element>;
}

function found(cases: ExperimentResult['cases']): ExperimentResult {
  return { name: 'echo', cases, remarks: [] };
}

/** The first plot of the experiment, parsed. */
function drawn(experiment: Experiment, result: ExperimentResult) {
  const svg = plotsOf(experiment, result)[0]?.svg ?? '';
  const page = createDocument(svg) as unknown as Element;
  const all = (selector: string) => Array.from(page.querySelectorAll(selector));
  // A text of several lines has a tspan for each.
  const texts = all('text').map(
    (text) =>
      Array.from(text.querySelectorAll('tspan'), (line) => line.textContent).join(' ') ||
      text.textContent,
  );
  return { all, texts, svg };
}

const only = (...plots: Experiment['plots']) => experimentOf({ plots });
const twoSizes = (name: string) =>
  [1, 64].map((clients) =>
    caseOf(clients, [contenderOf(name, { requestsPerSecond: 500 * clients, p99Ns: 1e6 })]),
  );

describe('a plot over an axis', () => {
  it('has a line, its interval and its name for each contender, a tick for each case', () => {
    const { all, texts } = drawn(only(ratePlot), found(twoSizes('event-loop')));
    assert.equal(all('g[data-mark=line] path').length, 1);
    assert.equal(all('g[data-mark=rule][stroke="#0072b2"] line').length, 2);
    for (const text of [
      'Requests served as clients grow',
      'requests/s (higher is better)',
      'clients',
    ]) {
      assert.ok(texts.includes(text), text);
    }
    for (const text of ['event-loop', '1', '64', '40k']) assert.ok(texts.includes(text), text);
    assert.ok(texts.includes('Error bars: 95 % interval over 8 rounds.'));
    const tips = all('title').map(({ textContent }) => textContent);
    assert.match(
      tips[1] ?? '',
      /^event-loop, 64 clients: requests\/s [\d,]+, 95 % interval [\d,]+ to [\d,]+$/,
    );
  });

  it('divides by the unit, and names the better direction', () => {
    const { texts } = drawn(only(p99Plot), found(twoSizes('event-loop')));
    assert.ok(texts.includes('p99 in ms (lower is better)'));
    assert.ok(texts.includes('1'));
  });

  it('draws the second measure dashed', () => {
    const other = { ...p99, name: 'other', label: 'p99 as sent', of: () => 2e6 };
    const { all, texts } = drawn(
      only({ ...p99Plot, dashed: other }),
      found(twoSizes('event-loop')),
    );
    assert.equal(all('g[data-mark=line][stroke-dasharray="6 5"] path').length, 1);
    assert.ok(texts.includes('p99 in ms (lower is better); dashed: p99 as sent'));
  });

  it('interrupts the line at a missing value, and says so', () => {
    const cases = [1, 4, 16, 64].map((clients) =>
      caseOf(clients, [contenderOf('iterative', { p99Ns: clients === 4 ? Infinity : 1e6 })]),
    );
    const { all, texts } = drawn(only(p99Plot), found(cases));
    const path = all('g[data-mark=line] path')[0]?.getAttribute('d') ?? '';
    assert.equal(path.match(/M/g)?.length, 2);
    assert.match(texts.join('\n'), /iterative: no p99 at 4 clients\./);
  });

  it('names values that a logarithmic scale cannot show, and skipped and failed contenders', () => {
    const [one, other] = twoSizes('event-loop');
    assert.ok(one && other);
    const zero = contenderOf('iterative', { p99Ns: 0 });
    const missing = contenderOf('c-epoll', {}, { count: 0, skipped: 'no compiler' });
    const failed = contenderOf('python-threading', {}, { count: 0, failed: 'no more threads' });
    const running = contenderOf('python-threading', { p99Ns: 2e6 });
    const { texts } = drawn(
      only(p99Plot),
      found([
        { ...one, contenders: [...one.contenders, zero, missing, running] },
        { ...other, contenders: [...other.contenders, zero, missing, failed] },
      ]),
    );
    const notes = texts.join('\n');
    assert.match(notes, /iterative: p99 is 0, which a logarithmic scale cannot show\./);
    assert.match(notes, /c-epoll skipped: no compiler\./);
    assert.match(notes, /python-threading failed at 64 clients: no more threads\./);
  });

  it('marks a value as a lower bound', () => {
    const cases = twoSizes('event-loop');
    const { texts } = drawn(
      only({ ...p99Plot, measure: { ...p99, isAtLeast: () => true } }),
      found(cases),
    );
    assert.match(
      texts.join('\n').replaceAll('\n', ' '),
      /event-loop: p99 is a lower bound, because clients got no answer in a whole round/,
    );
  });

  it('names the cases in which a contender is missing', () => {
    const [one, other] = twoSizes('event-loop');
    assert.ok(one && other);
    const late = {
      ...other,
      contenders: [...other.contenders, contenderOf('late', { requestsPerSecond: 1 })],
    };
    assert.match(
      drawn(only(ratePlot), found([one, late])).texts.join('\n'),
      /late: no requests\/s at 1 client\./,
    );
  });

  it('leaves out a case without a place on the axis, and a plot without cases', () => {
    const contenders = [contenderOf('event-loop', { requestsPerSecond: 1 })];
    const nowhere = { name: 'nowhere', title: 'nowhere', contenders };
    assert.deepEqual(plotsOf(only(ratePlot), found([nowhere])), []);
    assert.deepEqual(plotsOf(only(ratePlot), found([])), []);
  });

  it('works without any value', () => {
    const cases = [1, 64].map((x) => caseOf(x, [contenderOf('event-loop', { p99Ns: Infinity })]));
    const { texts } = drawn(only(p99Plot), found(cases));
    assert.match(texts.join('\n'), /Nothing was measured\. event-loop: no p99\./);
  });

  it('has no interval with one round', () => {
    const cases = [1, 64].map((x) =>
      caseOf(x, [contenderOf('event-loop', { requestsPerSecond: 9 }, { count: 1 })]),
    );
    const { texts, all } = drawn(only(ratePlot), found(cases));
    assert.ok(texts.includes('One round: no interval.'));
    assert.doesNotMatch(
      all('title')
        .map(({ textContent }) => textContent)
        .join(),
      /interval/,
    );
  });

  it('shows the range of a few rounds as such, not as a 95 % interval', () => {
    const cases = [1, 64].map((x) =>
      caseOf(x, [contenderOf('event-loop', { requestsPerSecond: 9 }, { count: 2 })]),
    );
    const { texts } = drawn(only(ratePlot), found(cases));
    assert.ok(
      texts.includes('Error bars: the range of 2 rounds, too few for a 95 % interval.'),
      texts.join(),
    );
  });
});

describe('a plot of one case or without an axis', () => {
  const contenders = [
    contenderOf('event-loop', { requestsPerSecond: 9000, p99Ns: 1e6 }, { count: 1 }),
    contenderOf('iterative', { requestsPerSecond: 0, p99Ns: Infinity }),
    contenderOf('c-epoll', {}, { count: 0, skipped: 'no compiler', kind: 'peer' }),
  ];

  it('has a row with the value of each contender, or why it has none', () => {
    const { all, texts } = drawn(only(ratePlot), found([caseOf(64, contenders)]));
    assert.equal(all('g[data-mark=bar] rect').length, 2);
    for (const text of ['event-loop', '9,000', 'iterative', '0', 'c-epoll', '–, skipped']) {
      assert.ok(texts.includes(text), `${text} in ${texts.join()}`);
    }
    assert.match(texts.join('\n'), /c-epoll skipped: no compiler\./);
  });

  it('uses symbols instead of bars on a logarithmic scale, which has no zero', () => {
    const { all, texts } = drawn(only(p99Plot), found([caseOf(64, contenders)]));
    assert.equal(all('g[data-mark=bar] rect').length, 0);
    assert.equal(all('g[data-mark=dot] path').length, 1);
    assert.ok(texts.includes('–, no value'));
  });

  it('puts the cases below each other under their titles', () => {
    const experiment = experimentOf({ axis: { label: '', scale: 'none' }, plots: [ratePlot] });
    const { texts } = drawn(experiment, found([caseOf(1, contenders), caseOf(64, contenders)]));
    assert.ok(
      texts.includes('echo, 64 bytes, 1 client') && texts.includes('echo, 64 bytes, 64 clients'),
    );
    assert.equal(texts.filter((text) => text === '9,000').length, 2);
  });
});

describe('plotsOf', () => {
  it('gives a contender the same colour and symbol next to any others', () => {
    const alone = drawn(only(ratePlot), found(twoSizes('c-epoll'))).all('g[data-mark=dot]');
    const beside = [1, 64].map((x) =>
      caseOf(
        x,
        ['a', 'iterative', 'c-epoll'].map((name) => contenderOf(name, { requestsPerSecond: x })),
      ),
    );
    const colours = drawn(only(ratePlot), found(beside))
      .all('g[data-mark=dot]')
      .map((dot) => dot.getAttribute('stroke'));
    assert.equal(new Set(colours).size, 3);
    assert.ok(colours.includes(alone[0]?.getAttribute('stroke') ?? ''));
  });

  it('gives the same bytes for the same results, after other plots, too', () => {
    const experiment = experimentOf();
    const first = plotsOf(experiment, found(twoSizes('event-loop')));
    plotsOf(experiment, found(twoSizes('other')));
    assert.deepEqual(plotsOf(experiment, found(twoSizes('event-loop'))), first);
  });

  it('escapes names, and replaces characters that XML forbids', () => {
    const { all, svg, texts } = drawn(
      only({ ...ratePlot, title: HOSTILE }),
      found(twoSizes(HOSTILE)),
    );
    assert.equal(all('script').length, 0);
    assert.ok(texts[0]?.length);
    assert.ok(texts.includes(clean(HOSTILE)));
    assert.doesNotMatch(svg, /[\u0000-\u0008\u00a0]|&nbsp;/);
  });

  it('keeps the names of ten contenders apart', () => {
    const names = Array.from({ length: 10 }, (_, index) => `variant ${index}`);
    const cases = [1, 64].map((x) =>
      caseOf(
        x,
        names.map((name) => contenderOf(name, { requestsPerSecond: 100 })),
      ),
    );
    const labels = drawn(only(ratePlot), found(cases))
      .all('text')
      .filter(({ textContent }) => names.includes(textContent));
    const heights = labels.map((label) =>
      Number(/,([\d.]+)\)/.exec(label.getAttribute('transform') ?? '')?.[1]),
    );
    const sorted = heights.toSorted((a, b) => a - b);
    assert.equal(sorted.length, 10);
    for (const [index, height] of sorted.slice(1).entries())
      assert.ok(height - (sorted[index] ?? 0) > 18);
  });

  it('shows the measure of the plot, not the first measure', () => {
    const cases = [
      caseOf(1, [contenderOf('event-loop', { requestsPerSecond: 5, p99Ns: 7e6 }, { count: 1 })]),
    ];
    const { texts } = drawn(experimentOf({ measures: [rate], plots: [p99Plot] }), found(cases));
    assert.ok(texts.includes('7.00 ms'));
  });
});

describe('scales', () => {
  it('start at zero and end on a tick if they are linear', () => {
    const { domain, ticks } = valueScale('linear', [37, 144]);
    assert.deepEqual(
      [domain, ticks],
      [
        [0, 150],
        [0, 50, 100, 150],
      ],
    );
    assert.deepEqual(valueScale('linear', [-3, 4]).ticks, [-4, -2, 0, 2, 4]);
    assert.deepEqual(valueScale('linear', [0, 0]).domain, [0, 1]);
  });

  it('end on 1, 2 or 5 times a power of ten if they are logarithmic, and ignore zeros', () => {
    assert.deepEqual(valueScale('log', [0, 0.3, 4, Infinity]).ticks, [0.2, 0.5, 1, 2, 5]);
    assert.deepEqual(valueScale('log', [3e-6, 7e6]).domain, [2e-6, 1e7]);
    assert.deepEqual(valueScale('log', [1]).domain, [1, 2]);
    assert.deepEqual(valueScale('log', []).domain, [1, 10]);
  });

  it('have a tick at each case, fewer if they would touch, and may have a zero on a logarithmic axis', () => {
    assert.deepEqual(placeScale('log', [1, 16, 64, 256], 8, false).ticks, [1, 16, 64, 256]);
    assert.deepEqual(placeScale('linear', [1, 2, 3, 4, 1000], 8, false).ticks, [1, 1000]);
    const scale = placeScale('log', [0, 8, 64], 8, false);
    assert.equal(scale.type, 'symlog');
    for (const value of [0, 8, 64])
      assert.ok(Math.abs(valueAt(scale, positionOf(scale, value)) - value) < 1e-9);
  });

  it('show thousands, and bytes in powers of two', () => {
    assert.deepEqual([0, 5000, 20_000].map(valueScale('linear', [19_000]).format), [
      '0',
      '5k',
      '20k',
    ]);
    assert.deepEqual([1, 4, 1000].map(placeScale('log', [1, 1000], 8, false).format), [
      '1',
      '4',
      '1,000',
    ]);
    assert.deepEqual([1, 65_536, 2 ** 20].map(placeScale('log', [1], 8, true).format), [
      '1',
      '64 Ki',
      '1 Mi',
    ]);
  });
});

describe('texts in pictures', () => {
  it('are moved apart, staying around their middle and inside', () => {
    assert.deepEqual(spread([50, 52, 200], 20, 300), [41, 61, 200]);
    assert.deepEqual(spread([52, 50], 20, 300), [61, 41]);
    assert.deepEqual(spread([299, 300, 0], 20, 300), [280, 300, 0]);
    assert.deepEqual(spread([], 20, 300), []);
  });

  it('are wrapped between words, and within a word that is longer than a line', () => {
    assert.deepEqual(wrapped('one two three', 10, 5.8 * 8), ['one two', 'three']);
    assert.deepEqual(wrapped('abcdefghij', 10, 5.8 * 4), ['abcd', 'efgh', 'ij']);
    assert.deepEqual(wrapped('', 10, 100), ['']);
  });
});
