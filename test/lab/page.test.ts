/** The page in a browser: short; test/faults/lab-page.test.ts plays everything. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { after, before, describe, it } from 'node:test';
import { findingsIn, withoutAxe } from '../support/axe.js';
import { chromium, startBrowser, withoutBrowser, type Browser } from '../support/browser.js';
import { ask, openLab, type OpenLab } from '../support/lab.js';
import { watchedMemory } from '../support/lab-memory.js';
import { MOST_PAGE_BYTES, textWhere } from '../support/lab-page.js';

const command = chromium();
/** The long one is test/faults/lab-memory.test.ts. */
const SHORT_MS = 6000;

/** Runs in the page: the last pictures of a row, some frames of the display apart. */
const PICTURES = `new Promise((resolve) => {
  const pictures = [];
  let frames = 0;
  const look = () => {
    frames++;
    if (frames % 10 === 0) pictures.push(document.querySelector('canvas').toDataURL());
    if (pictures.length < 6) requestAnimationFrame(look);
    else resolve(pictures.slice(3));
  };
  look();
})`;

describe("the lab's page", { skip: withoutBrowser(command), timeout: 60_000 }, () => {
  let lab: OpenLab;
  let browser: Browser;
  before(async () => {
    assert.ok(command);
    // One after the other: a lab that fails must not leave a browser behind.
    lab = await openLab(['event-loop']);
    browser = await startBrowser(command);
  });
  after(async () => {
    await browser.close();
    await lab.close();
  });

  it('is small', async () => {
    const { text } = await ask(lab.url, '');
    assert.ok(gzipSync(text).length <= MOST_PAGE_BYTES);
  });

  it('shows what its buttons do, also by keyboard, without a message of the browser', async () => {
    const page = await browser.stay(lab.url, { widthPx: 1920, heightPx: 1080, dark: false });
    await textWhere(page, 'the row', '.sentence', /No client is connected/);
    await page.evaluate(
      `[...document.querySelectorAll('button')].find((one) => one.textContent === '+10').focus()`,
    );
    await page.press('Enter');
    await textWhere(page, 'what was done', '.said', /10 clients more/);
    await textWhere(page, 'ten clients', '.sentence', /^10 clients are connected/);
    assert.deepEqual(page.complaints, []);
  });

  it('fits a projector and a phone, in light and dark', async () => {
    for (const [widthPx, dark] of [
      [1920, false],
      [390, true],
    ] as const) {
      const { complaints, outside, scrollWidthPx } = await browser.look(lab.url, { widthPx, dark });
      assert.deepEqual({ complaints, outside }, { complaints: [], outside: [] });
      assert.ok(scrollWidthPx <= widthPx);
    }
  });

  for (const isStill of [false, true]) {
    it(`${isStill ? 'does not move' : 'turns'} the loop for a viewer who wants ${isStill ? 'less' : 'any'} motion`, async () => {
      const page = await browser.stay(lab.url, { widthPx: 1920, dark: false, isStill });
      await lab.command({ do: 'clear' });
      await lab.frameWhere('no client', ({ clients }) => clients.length === 0);
      await textWhere(page, 'the row', '.sentence', /No client is connected/);
      const pictures = await page.evaluate(PICTURES);
      assert.equal(new Set(pictures as string[]).size > 1, !isStill);
    });
  }

  it('keeps its memory bounded', async () => {
    const [first, last] = await watchedMemory(browser, SHORT_MS, 2);
    assert.ok(first && last);
    // Some seconds of the recording, and of the servers' logs.
    assert.ok(last.page - first.page < 30, `page: ${first.page}, ${last.page} MB`);
    assert.ok(last.lab - first.lab < 60, `lab: ${first.lab}, ${last.lab} MB`);
  });

  it('has no finding of axe-core', { skip: withoutAxe }, async () => {
    const page = await browser.stay(lab.url, { widthPx: 1920, dark: false });
    await textWhere(page, 'the row', '.sentence', /connected/);
    assert.deepEqual(await findingsIn(page), []);
  });
});

describe('the package', () => {
  it('has the page, and the sources of the models that it shows', () => {
    const { files } = JSON.parse(
      readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
    ) as { files: string[] };
    for (const path of ['dist/src', 'src/models']) assert.ok(files.includes(path), path);
  });
});
