/**
 * A strict reader of Prometheus' text format 0.0.4: it fails on whatever a scraper might refuse, and
 * on what breaks its conventions.
 */
import assert from 'node:assert/strict';

const NAME = '[a-zA-Z_][a-zA-Z0-9_]*';
const LABEL = `${NAME}="(?:[^"\\\\\\n]|\\\\["\\\\n])*"`;
const SAMPLE = new RegExp(
  `^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (-?[0-9.]+(?:e[+-]?\\d+)?)$`,
);

/** The samples by name and labels, as they stand in the text: `a_total{b="c"}`. */
export function samplesOf(text: string): Map<string, number> {
  assert.ok(text.endsWith('\n'), 'the last line ends');
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  const helped = new Set<string>();
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue;
    const [, what, about = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (what === 'HELP') {
      assert.ok(!helped.has(about), `one HELP of ${about}`);
      helped.add(about);
    } else if (what === 'TYPE') {
      assert.match(rest, /^(counter|gauge)$/);
      assert.ok(!types.has(about), `one TYPE of ${about}, before its samples`);
      types.set(about, rest);
    } else {
      const [, name = '', labels = '', value] =
        SAMPLE.exec(line) ?? assert.fail(`a sample: ${line}`);
      assert.ok(helped.has(name) && types.has(name), `${name} has HELP and TYPE`);
      assert.equal(types.get(name) === 'counter', name.endsWith('_total'), `${name} is a counter`);
      const key = labels === '' ? name : `${name}{${labels}}`;
      assert.ok(!samples.has(key), `one sample of ${key}`);
      samples.set(key, Number(value));
      if (types.get(name) === 'counter') assert.ok(Number(value) >= 0, line);
    }
  }
  return samples;
}
