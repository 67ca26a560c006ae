/**
 * The recording that the README shows, as a browser shows it: complete, readable, calm for viewers
 * who want that. `make document-recording` makes it.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { MODEL_NAMES } from '../../src/models/registry.js';
import {
  chromium,
  startBrowser,
  withoutBrowser,
  type Browser,
  type OpenPage,
} from '../support/browser.js';

/** From dist/test/lab/. */
const FILE = fileURLToPath(new URL('../../../docs/lab.svg', import.meta.url));
const URL_OF_FILE = pathToFileURL(FILE).href;
const MOST_BYTES = 150_000;
/** The width of a README on GitHub. */
const WIDTH_PX = 830;
const LEAST_TEXT_PX = 12;
/** Parts of the recording at which it is looked at. */
const MOMENTS = [0, 0.1, 0.25, 0.33, 0.4, 0.5, 0.6, 0.75, 0.9, 0.999];

const svg = readFileSync(FILE, 'utf8');
const command = chromium();

describe('the picture of the recording', () => {
  it('is small, has all models, and says in words what it shows', () => {
    assert.ok(svg.length <= MOST_BYTES, `${svg.length} bytes`);
    for (const model of MODEL_NAMES) assert.match(svg, new RegExp(`data-model="${model}"`));
    assert.match(svg, /<title id="a">.+<\/title><desc id="b">.+<\/desc>/);
  });

  it('loads nothing and runs no script', () => {
    assert.doesNotMatch(svg, /<script|<image|<foreignObject|href=|@import|url\((?!#)| on\w+=/);
  });
});

/** Runs in the picture: stops all animations at this part of the recording. */
const goTo = (part: number) => `(() => {
  const animations = document.getAnimations();
  const length = Math.max(...animations.map((one) => one.effect.getTiming().duration));
  for (const one of animations) {
    one.pause();
    one.currentTime = ${part} * length;
  }
})()`;

/** Runs in the picture: words that are visible and cover others, or are small. Dots may pass. */
const BAD_TEXTS = `(() => {
  const texts = [...document.querySelectorAll('text:not(.n)')]
    .filter((one) => getComputedStyle(one).visibility === 'visible')
    .map((one) => ({ one, box: one.getBoundingClientRect() }));
  const cover = ({ box: a }, { box: b }) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3;
  const covered = texts.flatMap((a, index) =>
    texts.slice(index + 1).filter((b) => cover(a, b))
      .map((b) => a.one.textContent + ' | ' + b.one.textContent));
  const small = texts.map(({ one }) => one)
    .filter((one) => parseFloat(getComputedStyle(one).fontSize) < ${LEAST_TEXT_PX})
    .map((one) => one.textContent);
  return { covered, small, count: texts.length };
})()`;

/** Runs in the picture, some frames of the display apart. */
const PLACES = `new Promise((resolve) => {
  const places = [];
  const look = () => {
    places.push([...document.querySelectorAll('.d, .turning')]
      .map((one) => getComputedStyle(one).transform + getComputedStyle(one).opacity).join());
    if (places.length < 20) requestAnimationFrame(look);
    else resolve(new Set(places).size);
  };
  look();
})`;

describe(
  'the picture of the recording in a browser',
  { skip: withoutBrowser(command), timeout: 60_000 },
  () => {
    let browser: Browser;
    const open = (view: {
      readonly dark: boolean;
      readonly isStill?: boolean;
    }): Promise<OpenPage> => browser.stay(URL_OF_FILE, { widthPx: WIDTH_PX, ...view });

    before(async () => {
      assert.ok(command);
      browser = await startBrowser(command);
    });
    after(() => browser.close());

    for (const dark of [false, true]) {
      it(`opens without a complaint, and nothing is cut off, in ${dark ? 'dark' : 'light'}`, async () => {
        const sight = await browser.look(URL_OF_FILE, { widthPx: WIDTH_PX, dark });
        const { complaints, requests, cut, scrollWidthPx, root } = sight;
        assert.deepEqual([complaints, requests, cut, root], [[], [], [], 'svg']);
        assert.ok(scrollWidthPx <= WIDTH_PX);
      });
    }

    it('has no text on another one, at any time, and none too small for a projector', async () => {
      const page = await open({ dark: false });
      for (const part of MOMENTS) {
        await page.evaluate(goTo(part));
        const { covered, small, count } = (await page.evaluate(BAD_TEXTS)) as {
          readonly covered: readonly string[];
          readonly small: readonly string[];
          readonly count: number;
        };
        assert.deepEqual([part, covered, small], [part, [], []]);
        assert.ok(count > 30, `${count} texts`);
      }
    });

    it('plays', async () => {
      const page = await open({ dark: false });
      assert.ok(Number(await page.evaluate(PLACES)) > 1);
    });

    it('stands still while a client computes, for a viewer who wants less motion', async () => {
      const page = await open({ dark: false, isStill: true });
      assert.equal(await page.evaluate(PLACES), 1);
      const words = await wordsOf(page);
      assert.match(words, /^Client \d+ computes and holds main's loop\. \d+ clients wait/m);
      assert.match(words, /^Client \d+ computes on a thread of its own\./m);
    });

    it('says the same where no animation is played', async () => {
      const page = await open({ dark: false, isStill: true });
      const still = await wordsOf(page);
      await page.evaluate(NO_ANIMATIONS);
      assert.equal(await page.evaluate('document.getAnimations().length'), 0);
      assert.equal(await wordsOf(page), still);
    });
  },
);

const NO_ANIMATIONS = `document.documentElement.append(Object.assign(
  document.createElementNS('http://www.w3.org/2000/svg', 'style'),
  { textContent: '*{animation:none!important}' }))`;

/** The visible texts, one a line. */
async function wordsOf(page: OpenPage): Promise<string> {
  const words = await page.evaluate(
    `[...document.querySelectorAll('text:not(.n)')]
      .filter((one) => getComputedStyle(one).visibility === 'visible')
      .map((one) => one.textContent).join('\\n')`,
  );
  return String(words);
}
