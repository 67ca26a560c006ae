/** The formats of a report: what each says of checks that passed, failed and were skipped. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CheckResult } from '../../src/check/check.js';
import { csvText } from '../../src/check/report/class.js';
import { gradescopeText } from '../../src/check/report/gradescope.js';
import { jsonText } from '../../src/check/report/json.js';
import { junitText } from '../../src/check/report/junit.js';
import { pictureText } from '../../src/check/report/picture.js';
import { isPassed, type Report } from '../../src/check/report/report.js';
import { painter, resultText, summaryText } from '../../src/check/report/text.js';
import type { TranscriptEvent } from '../../src/check/transcript.js';

const event = (
  atMs: number,
  client: string,
  kind: TranscriptEvent['kind'],
  text = '',
  note = '',
): TranscriptEvent => ({ atMs, client, kind, bytes: Buffer.from(text), note });

const transcript = [
  event(0, 'A', 'connected'),
  event(1, 'A', 'sent', 'grüß'),
  event(2, 'A', 'received', 'gr'),
  event(3, 'A', 'received', 'ü\u001b[2J<&'),
];

const failed: CheckResult = {
  status: 'failed',
  sentence: 'a message <comes> back',
  isAdvice: false,
  durationMs: 1234,
  transcript,
  failure: {
    message: 'A expected "grüß", got "grü\u0007"',
    mark: { client: 'A', offset: 4 },
    transcript,
    hint: 'send back the bytes',
    lastWords: 'the server ended with status 1:\nNameError',
  },
};

const results: readonly CheckResult[] = [
  { status: 'passed', sentence: 'one', isAdvice: false, durationMs: 5, transcript: [] },
  failed,
  {
    status: 'skipped',
    because: '“a message comes back” failed',
    sentence: 'three',
    isAdvice: false,
    durationMs: 0,
    transcript: [],
  },
  { ...failed, isAdvice: true },
];

const report: Report = {
  exercise: 'echo',
  source: 'document 003',
  server: 'python3 "a&b".py',
  results,
  model: { name: 'one at a time', evidence: 'the second client waited' },
};

describe('a report as text', () => {
  it('has a mark below the first wrong byte, and no control characters', () => {
    const lines = resultText(failed, painter(false)).split('\n');
    const at = lines.findIndex((line) => line.includes('▲'));
    const received = lines[at - 1] ?? '';
    assert.equal(received.indexOf('␛'), lines[at]?.indexOf('▲'));
    assert.match(received, /← grü␛\[2J<&$/);
    assert.doesNotMatch(lines.join(''), /[\u0000-\u001f]/);
    assert.match(lines.join('\n'), /NameError\n {4}hint: send back the bytes$/);
  });

  it('counts what is required, and advice apart', () => {
    assert.equal(
      summaryText(report, painter(false)),
      'model: one at a time: the second client waited\n' +
        '1 of 3 checks passed, 1 failed, 1 skipped; advice: 1 not followed.',
    );
    assert.equal(isPassed(report), false);
    assert.equal(isPassed({ ...report, results: results.slice(0, 1) }), true);
  });
});

describe('a report for programs', () => {
  it('is one JSON object', () => {
    const { passed, counts, checks } = JSON.parse(jsonText(report)) as {
      passed: boolean;
      counts: object;
      checks: { status: string; hint?: string; because?: string }[];
    };
    assert.equal(passed, false);
    assert.deepEqual(counts, { total: 3, passed: 1, failed: 1, skipped: 1, adviceNotFollowed: 1 });
    assert.equal(checks[1]?.hint, 'send back the bytes');
    assert.equal(checks[2]?.because, '“a message comes back” failed');
  });

  it('is JUnit’s XML, in which advice fails nothing and controls are replaced', () => {
    const xml = junitText(report);
    assert.match(
      xml,
      /<testsuite name="echo: python3 &#34;a&#38;b&#34;.py" tests="4" failures="1" skipped="2"/,
    );
    assert.match(
      xml,
      /name="a message &#60;comes&#62; back" time="1.234"><failure message="A expected/,
    );
    assert.equal(xml.match(/<failure /g)?.length, 1);
    assert.ok(!xml.includes('\u0007') && !xml.includes('\u001b'));
  });

  it('is Gradescope’s results.json, with equal points for what is required', () => {
    const { score, tests } = JSON.parse(gradescopeText(report, 30)) as {
      score: number;
      tests: { score: number; max_score: number; status: string }[];
    };
    assert.equal(score, 10);
    assert.deepEqual(
      tests.map(({ score, max_score, status }) => [score, max_score, status]),
      [
        [10, 10, 'passed'],
        [0, 10, 'failed'],
        [0, 10, 'failed'],
        [0, 0, 'failed'],
      ],
    );
  });

  it('is a spreadsheet in which no name is a formula', () => {
    const csv = csvText([
      { name: '=cmd', passed: 1, total: 2, model: '', remark: 'a "b"' },
      { name: 'bob', passed: undefined, total: undefined, model: '', remark: 'not done' },
    ]);
    assert.deepEqual(csv.split('\r\n').slice(1, 3), [
      `"'=cmd","1","2","","a ""b"""`,
      '"bob","0","","","not done"',
    ]);
  });
});

describe('a report as a picture', () => {
  it('marks the packet with the first wrong byte, and escapes what was received', () => {
    const svg = pictureText(report);
    assert.match(svg, /^<svg [^>]*role="img" aria-label="echo: what the clients/);
    assert.match(
      svg,
      /class="wrong">◂<\/text><text [^>]*class="wrong" stroke="none">ü␛\[2J&#60;&#38;</,
    );
    assert.equal(svg.match(/class="wrong">◂/g)?.length, 2);
  });
});
