/** What the tests of the lab's page share. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenPage } from './browser.js';

/** Of the whole page, compressed with gzip. */
export const MOST_PAGE_BYTES = 150_000;

/** What a row says once its server is up, before a button is pressed: visitors come and go. */
export const UP =
  /No client is connected|The last client has just left|\d clients? (is|are) connected/;

/** Browser and servers share the cores, so a page may take long. Only a failing test waits so long. */
const PATIENCE_MS = 20_000;

/** Waits until the first element that the selector finds has a text that matches, and returns it. */
export async function textWhere(
  page: OpenPage,
  what: string,
  selector: string,
  pattern: RegExp,
): Promise<string> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const text = String(
      await page.evaluate(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`),
    );
    if (pattern.test(text)) return text;
    if (performance.now() > deadlineMs)
      throw new Error(`in vain waited for ${what}: ${selector} says ${JSON.stringify(text)}`);
    await sleep(20);
  }
}

/** Clicks the first button whose text begins so, as soon as there is one that is enabled. */
export async function click(page: OpenPage, text: string): Promise<void> {
  const wanted = JSON.stringify(text);
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const isClicked = await page.evaluate(`(() => {
      const button = [...document.querySelectorAll('button')]
        .find((one) => one.textContent.trim().startsWith(${wanted}) && !one.disabled);
      button?.click();
      return button !== undefined;
    })()`);
    if (isClicked === true) return;
    if (performance.now() > deadlineMs) throw new Error(`in vain waited for the button ${wanted}`);
    await sleep(20);
  }
}
