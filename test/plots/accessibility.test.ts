/** The pages and pictures that this program writes, by axe-core's rules, in both colour schemes. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { savePictures } from '../../bench/report/html.js';
import { pageOf } from '../../src/timeline/page.js';
import { drawTimelines } from '../../src/timeline/picture.js';
import { projectorPageOf } from '../../src/timeline/projector.js';
import { summarize } from '../../src/timeline/summary.js';
import { findingsOf, withoutAxe } from '../support/axe.js';
import { sampleRun } from '../support/bench/run-samples.js';
import { chromium, startBrowser, withoutBrowser, type Browser } from '../support/browser.js';
import * as logs from '../support/timeline-logs.js';

const command = chromium();
const skip = withoutBrowser(command) || withoutAxe;

describe('axe-core finds nothing', { skip, timeout: 120_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'handoff-pages-'));
  let browser: Browser;

  before(async () => {
    savePictures(directory, sampleRun());
    const sections = await Promise.all(
      [logs.ITERATIVE, logs.COMPUTING, logs.THREADS].map(async (lines) => {
        const timeline = await logs.timelineFrom(lines);
        return { title: timeline.model, sentence: summarize(timeline), timeline };
      }),
    );
    writeFileSync(join(directory, 'timeline.html'), pageOf('Three timelines', sections));
    const act = { title: 'An act', sentence: 'It ends.', sections };
    writeFileSync(join(directory, 'projector.html'), projectorPageOf('A lecture', [act]));
    writeFileSync(join(directory, 'timeline.svg'), drawTimelines(sections));
    assert.ok(command);
    browser = await startBrowser(command);
  });

  after(async () => {
    await browser.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** From dist/test/plots/. */
  const inDocuments = (name: string) =>
    fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url));

  for (const dark of [false, true]) {
    it(`in ${dark ? 'dark' : 'light'}`, async () => {
      const made = readdirSync(directory).map((file) => join(directory, file));
      assert.ok(made.length > 5);
      for (const file of [...made, inDocuments('lab.svg'), inDocuments('timeline.svg')]) {
        const url = pathToFileURL(file).href;
        // In a low window, the list of the report's findings scrolls.
        const view = { widthPx: 1440, heightPx: 300, dark };
        assert.deepEqual([file, await findingsOf(browser, url, view)], [file, []]);
      }
    });
  }

  it('unless the page is faulty', async () => {
    const bad = join(directory, 'bad.html');
    writeFileSync(bad, '<!doctype html><title>bad</title><p style="color:#ccc">pale</p>');
    const findings = await findingsOf(browser, pathToFileURL(bad).href, {
      widthPx: 1440,
      dark: false,
    });
    assert.match(findings.join('\n'), /^html-has-lang[^]*color-contrast|^color-contrast/m);
  });
});
