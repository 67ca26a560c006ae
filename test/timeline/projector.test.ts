/** The page for a lecture hall, as text and in a browser. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { projectorPageOf } from '../../src/timeline/projector.js';
import { summarize } from '../../src/timeline/summary.js';
import { chromium, startBrowser, withoutBrowser, type Browser } from '../support/browser.js';
import * as logs from '../support/timeline-logs.js';

async function sectionFrom(lines: readonly string[]) {
  const timeline = await logs.timelineFrom(lines);
  return { title: timeline.model, sentence: summarize(timeline), timeline };
}

const sections = await Promise.all(
  [logs.ITERATIVE, logs.COMPUTING, logs.THREADS].map((lines) => sectionFrom(lines)),
);
const page = projectorPageOf('A <lecture>', [
  { title: 'Act 1', sentence: 'One.', sections },
  { title: 'Act 2', sentence: 'Two.', sections: sections.slice(0, 2) },
]);
const SCREEN_PX = 1920;

describe('the page for a lecture hall', () => {
  it('has a step for each section, and a sheet of paper for each act', () => {
    assert.equal(page.match(/<section class="step">/g)?.length, 5);
    assert.equal(page.match(/<section class="sheet">/g)?.length, 2);
    assert.match(page, /\.sheet\{display:block;break-after:page/);
  });

  it('says what an act shows at its last step', () => {
    const steps = page.split('<section class="step">').slice(1, 4);
    assert.deepEqual(
      steps.map((step) => step.includes('<p class="sentence">One.</p>')),
      [false, false, true],
    );
  });

  it('refers to no external resource, and escapes its texts', () => {
    assert.doesNotMatch(page, /(?:src|href)="(?!data:)|@import|url\((?!#)/);
    assert.match(page, /<title>A &#60;lecture&#62;<\/title>/);
  });

  it('has no text below 24 pixels on a screen that is 1,920 pixels wide', () => {
    // The margins of the page are 1.2 rem on both sides.
    const [, remPercent] = /html\{font-size:max\(\d+px,([\d.]+)vw\)/.exec(page) ?? [];
    const remPx = (SCREEN_PX * Number(remPercent)) / 100;
    assert.ok(remPx >= 24);
    const [onScreen] = page.split('<section class="sheet">');
    for (const [, all = ''] of onScreen?.matchAll(/(<svg [^]*?<\/svg>)/g) ?? []) {
      // The style of the picture overrides the attribute.
      const svg = all.replace(
        /^(<svg [^>]*?) font-size="10"(?=[^>]* style="font-size: 13px)/,
        '$1',
      );
      const [, widthPx] = /viewBox="0 0 (\d+) /.exec(svg) ?? [];
      const scale = (SCREEN_PX - 2 * 1.2 * remPx) / Number(widthPx);
      const sizes = [...svg.matchAll(/font-size[=:]"?\s*([\d.]+)/g)].map(([, size]) =>
        Number(size),
      );
      assert.ok(sizes.length > 0);
      assert.ok(Math.min(...sizes) * scale >= 24, `${Math.min(...sizes) * scale} px`);
    }
  });
});

const command = chromium();

describe('the page for a lecture hall in a browser', { skip: withoutBrowser(command) }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'handoff-projector-'));
  let browser: Browser;

  before(async () => {
    assert.ok(command);
    browser = await startBrowser(command);
  });

  after(async () => {
    await browser.close();
    rmSync(directory, { recursive: true, force: true });
  });

  for (const dark of [false, true]) {
    it(`fits ${SCREEN_PX} pixels in ${dark ? 'dark' : 'light'}, without a message or a request`, async () => {
      const path = join(directory, 'page.html');
      writeFileSync(path, page);
      const { complaints, requests, outside, cut } = await browser.look(pathToFileURL(path).href, {
        widthPx: SCREEN_PX,
        dark,
      });
      assert.deepEqual(
        { complaints, requests, outside, cut },
        { complaints: [], requests: [], outside: [], cut: [] },
      );
    });
  }

  it('goes one step on and back with the arrow keys, and stays at both ends', async () => {
    const path = join(directory, 'keys.html');
    const keys = ['ArrowLeft', 'ArrowRight', 'ArrowRight', 'ArrowLeft', 'End', 'ArrowRight'];
    const script = `console.error(${JSON.stringify(keys)}.map((key) => {
      dispatchEvent(new KeyboardEvent('keydown', { key }));
      return steps.flatMap((step, index) => getComputedStyle(step).display === 'none' ? [] : [index]);
    }).join(' '))`;
    writeFileSync(
      path,
      page.replace('</script>', () => `;${script}</script>`),
    );
    const { complaints } = await browser.look(pathToFileURL(path).href, {
      widthPx: SCREEN_PX,
      dark: false,
    });
    assert.match(complaints.join('\n'), /"0 1 2 1 4 4"/);
  });
});
