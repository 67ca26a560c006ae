import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createDocument } from '@mixmark-io/domino';
import { htmlReport, savePictures } from '../../../bench/report/html.js';
import { chromium, startBrowser, withoutBrowser, type Browser } from '../../support/browser.js';
import { HOSTILE, sampleRun } from '../../support/bench/run-samples.js';

/** The part of domino's elements that the tests use. */
interface Element {
  readonly textContent: string;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
}

function parsed(html: string): Element {
  return createDocument(html) as unknown as Element;
}

function textsOf(within: Element, selector: string): string[] {
  return Array.from(within.querySelectorAll(selector), ({ textContent }) => textContent);
}

describe('htmlReport', () => {
  const page = parsed(htmlReport(sampleRun()));
  const echo = page.querySelector('#echo');
  assert.ok(echo);

  it('names the time, the machine and the versions of the run', () => {
    const facts = page.querySelector('.facts')?.textContent ?? '';
    for (const fact of [
      '2026-01-02 03:04 UTC',
      '13 min 32 s',
      '2 cores',
      '25.2 GB',
      'v20.20.0',
      'piscina 5.3.2',
    ]) {
      assert.ok(facts.includes(fact), `${fact} in ${facts}`);
    }
  });

  it("names the user's own servers, with what starts them", () => {
    const run = sampleRun();
    const servers = [{ name: 'mine', service: 'echo', at: 'python3 "<mine>.py" {port}' }];
    const options = { peers: false, rounds: 5, roundMs: 100, servers };
    const html = htmlReport({ ...run, results: { ...run.results, options } });
    const facts = parsed(html).querySelector('.facts')?.textContent ?? '';
    assert.match(facts, /mine\s*python3 "<mine>\.py" \{port\} \(echo\)/);
  });

  it('begins with a linked sentence for each experiment, the control last', () => {
    const links = Array.from(
      page.querySelectorAll('nav a'),
      (link) => link.getAttribute('href') ?? '',
    );
    assert.deepEqual(links, ['#echo', '#open-loop', '#slow-client', '#hostile', '#control']);
    const chapters = Array.from(
      page.querySelectorAll('.experiment'),
      (chapter) => `#${chapter.getAttribute('id') ?? ''}`,
    );
    assert.deepEqual(chapters, links);
    for (const link of links) assert.ok(page.querySelector(link), `${link} leads somewhere`);
    assert.match(textsOf(page, 'nav li')[4] ?? '', /^control: event-loop against itself: 1\.00/);
    assert.match(textsOf(page, 'nav li')[0] ?? '', /^echo: With 64 clients.* \(1 failure\)$/);
  });

  it('shows the question, prediction, finding, plots and a table per case of an experiment', () => {
    assert.match(textsOf(echo, 'h2')[0] ?? '', /^echo: How many small requests/);
    assert.match(
      textsOf(echo, 'dl')[0] ?? '',
      /Prediction\s*The iterative.*Look at\s*Clients served/s,
    );
    assert.match(textsOf(echo, '.seen')[0] ?? '', /^Seen: With 64 clients/);
    assert.equal(textsOf(echo, 'figure svg').length, 2);
    assert.equal(textsOf(echo, 'caption').length, 6);
    assert.deepEqual(textsOf(echo, 'table:first-of-type tbody tr:first-child td').slice(0, 1), [
      '38,000',
    ]);
  });

  it('names failed and skipped contenders, the cases and the reasons', () => {
    assert.deepEqual(textsOf(echo, '.wrong li'), [
      'c-epoll skipped: no C compiler (cc) found',
      'python-threading FAILED: cannot start new thread (1,000 clients)',
    ]);
  });

  it('names an unknown experiment that it cannot show', () => {
    assert.match(textsOf(page, 'nav .wrong')[0] ?? '', /^from-tomorrow: not shown/);
  });

  it('escapes names and errors', () => {
    assert.deepEqual(textsOf(page, 'script'), []);
    const hostile = page.querySelector('#hostile');
    assert.ok(hostile);
    assert.ok(hostile.querySelector('.seen')?.textContent.includes(HOSTILE));
    assert.ok(textsOf(hostile, 'tbody th').includes(HOSTILE));
  });

  it('refers only to its own parts and the pictures next to it', () => {
    const html = htmlReport(sampleRun());
    const references = [...html.matchAll(/\b(?:href|src)="([^"]*)"/g)].map(
      ([, target = '']) => target,
    );
    assert.ok(references.length > 10);
    for (const target of references) assert.match(target, /^(#[a-z-]+|data:,|[a-z0-9-]+\.svg)$/);
    assert.doesNotMatch(html, /@import|url\((?!#)/);
  });

  it('is the same for the same results', () => {
    assert.equal(htmlReport(sampleRun()), htmlReport(sampleRun()));
  });

  it('works for a run without results', () => {
    const { results, ...input } = sampleRun();
    const experiments = results.experiments.map(({ name }) => ({
      name,
      cases: [],
      remarks: [],
      failed: 'no ports',
    }));
    const empty = parsed(htmlReport({ ...input, results: { ...results, experiments } }));
    assert.equal(textsOf(empty, '.experiment').length, 5);
    assert.equal(textsOf(empty, 'svg').length, 0);
    assert.match(textsOf(empty, '#echo')[0] ?? '', /No plot[^\n]*\s*FAILED: no ports/);
  });
});

const command = chromium();

describe('the saved report in a browser', { skip: withoutBrowser(command) }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'handoff-report-'));
  const path = savePictures(directory, sampleRun());
  let browser: Browser;

  before(async () => {
    assert.ok(command);
    browser = await startBrowser(command);
  });

  after(async () => {
    await browser.close();
    rmSync(directory, { recursive: true, force: true });
  });

  for (const widthPx of [390, 1440]) {
    for (const dark of [false, true]) {
      it(`fits ${widthPx} pixels in ${dark ? 'dark' : 'light'}, without a console message or a request`, async () => {
        const { background, root, scrollWidthPx, ...sight } = await browser.look(
          pathToFileURL(path).href,
          {
            widthPx,
            dark,
          },
        );
        assert.deepEqual(sight, { complaints: [], requests: [], outside: [], cut: [] });
        assert.ok(scrollWidthPx <= widthPx, `${scrollWidthPx} pixels wide`);
        assert.equal(background, dark ? 'rgb(20, 24, 29)' : 'rgb(255, 255, 255)');
        assert.equal(root, 'html');
      });
    }
  }

  for (const [widthPx, heightPx] of [
    [1440, 900],
    [1920, 1080],
  ] as const) {
    it(`shows all findings and the first plot on the first screen of ${widthPx} × ${heightPx}`, async () => {
      const bottoms = await browser.evaluate(
        pathToFileURL(path).href,
        { widthPx, heightPx, dark: false },
        `['nav', 'figure svg'].map((selector) =>
          document.querySelector(selector).getBoundingClientRect().bottom)`,
      );
      for (const bottomPx of bottoms as number[]) assert.ok(bottomPx <= heightPx, `${bottomPx}`);
    });
  }

  it('fails these checks if the page is faulty', async () => {
    const bad = join(directory, 'bad.html');
    const inline = '<svg width="50" height="20"><text y="10">cut off at the end</text></svg>';
    const wide =
      '<p style="width:3000px">wide</p><div style="overflow-x:auto"><pre style="width:3000px">fine</pre></div>';
    const script = '<script>console.error("noise"); nothing.here()</script>';
    writeFileSync(bad, `<!doctype html>${inline}${wide}<img src="other.png">${script}`);
    const { complaints, ...sight } = await browser.look(pathToFileURL(bad).href, {
      widthPx: 390,
      dark: false,
    });
    assert.ok(sight.scrollWidthPx > 3000);
    assert.deepEqual(sight.outside, ['P. wide']);
    assert.deepEqual(sight.cut, ['cut off at the end']);
    assert.deepEqual(sight.requests, [pathToFileURL(join(directory, 'other.png')).href]);
    for (const complaint of [/noise/, /ReferenceError/, /ERR_FILE_NOT_FOUND/]) {
      assert.match(complaints.join('\n'), complaint);
    }
  });

  it('has a picture next to it for each plot, which is valid XML by itself', async () => {
    const files = readdirSync(directory).filter((file) => file.endsWith('.svg'));
    const plots = parsed(readFileSync(path, 'utf8')).querySelectorAll('figure');
    assert.equal(files.length, Array.from(plots).length);
    for (const file of files) {
      const url = pathToFileURL(join(directory, file)).href;
      const { root, complaints } = await browser.look(url, { widthPx: 1440, dark: false });
      assert.deepEqual({ file, root, complaints }, { file, root: 'svg', complaints: [] });
    }
  });
});
