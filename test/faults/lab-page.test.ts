/**
 * The lab's page in a browser, at length: every button, the lessons as a viewer plays them, a broken
 * stream, a lab that is stopped or killed. test/lab/page.test.ts has the short part.
 */
import assert from 'node:assert/strict';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LESSONS } from '../../src/lab/lessons/lessons.js';
import { MODEL_NAMES } from '../../src/models/registry.js';
import { findingsIn, withoutAxe } from '../support/axe.js';
import { chromium, startBrowser, withoutBrowser, type Browser } from '../support/browser.js';
import { Descendants } from '../support/descendants.js';
import { eventually } from '../support/eventually.js';
import { CLI, exitOf, killAfter, spawnNode } from '../support/handoff.js';
import { openLab, SETTINGS, type OpenLab } from '../support/lab.js';
import { click, textWhere, UP } from '../support/lab-page.js';

const command = chromium();
const BOUND_MS = 300_000;
const SCREEN = { widthPx: 1920, heightPx: 1080, dark: false };

/** The buttons by the beginning of their texts, and what the page says when they have worked. */
const BUTTONS: readonly (readonly [text: string, said: RegExp])[] = [
  ['+1 client', /One client more/],
  ['+10', /10 clients more/],
  ['+100', /100 clients more/],
  ['○ silent', /One client more/],
  ['■ computes', /One client more/],
  ['▲ sleeps', /One client more/],
  ['◆ never reads', /One client more/],
  ['burst', /50 clients more/],
  ['pause', /servers are stopped/],
  ['resume', /They go on/],
  ['remove all', /All clients leave/],
  ['restart', /All servers start anew/],
  ['chat', /service chat/],
];

describe("the lab's page, at length", { skip: withoutBrowser(command), timeout: BOUND_MS }, () => {
  let browser: Browser;
  let lab: OpenLab;
  const streams = new Set<Socket>();
  before(async () => {
    assert.ok(command);
    subscribe('http.server.request.start', (message) => {
      const { request, socket } = message as { request: IncomingMessage; socket: Socket };
      if (request.url?.startsWith('/events')) streams.add(socket);
    });
    lab = await openLab(MODEL_NAMES, { ...SETTINGS, threads: 4 });
    browser = await startBrowser(command);
  });
  after(async () => {
    await browser.close();
    await lab.close();
  });

  it('has buttons that do what they say', async () => {
    const page = await browser.stay(lab.url, SCREEN);
    await textWhere(page, 'the rows', '.rows', /thread-per-client/);
    for (const [text, said] of BUTTONS) {
      await click(page, text);
      await textWhere(page, text, '.said', said);
    }
    await lab.frameWhere('all servers up', ({ phase }) => phase === 'up');
    await click(page, 'kill a thread');
    await textWhere(page, 'a dead server', '.row.dead', /Dead: ended with status 1/);
    await click(page, 'restart iterative');
    await click(page, 'restart event-loop');
    await lab.frameWhere('all servers up', ({ phase }) => phase === 'up');
    await page.evaluate(`(() => {
      const input = document.querySelector('input[type=number]');
      input.value = 3;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    })()`);
    await textWhere(page, 'the setting', '.said', /at most 3 client threads/);
    await click(page, 'src/models/iterative.ts');
    await textWhere(page, 'the source', 'dialog', /for await \(const client of acceptor\)/);
    await page.press('Escape');
    assert.deepEqual(page.complaints, []);
  });

  it('asks for a prediction before each lesson, and shows both', async () => {
    const page = await browser.stay(lab.url, SCREEN);
    await textWhere(page, 'the rows', '.rows', /thread-per-client/);
    for (const [index, { title, explanation }] of LESSONS.entries()) {
      await click(page, `${index + 1}. ${title}`);
      await textWhere(page, 'the question', '.lesson', /Under which models/);
      await page.evaluate(`document.querySelector('.prediction input').click()`);
      await click(page, 'that is my prediction');
      await textWhere(page, `the end of ${title}`, '.lesson .actions', /play it again/);
      const text = await textWhere(page, 'the reason', '.lesson', /✓ right|✗ wrong/);
      assert.ok(text.includes(explanation), text);
      for (const model of MODEL_NAMES) assert.match(text, new RegExp(`${model}\\b`));
    }
    await click(page, 'close');
    assert.deepEqual(page.complaints, []);
  });

  it('has no finding of axe-core in any of its states', { skip: withoutAxe }, async () => {
    for (const dark of [false, true]) {
      const page = await browser.stay(lab.url, { ...SCREEN, dark });
      await textWhere(page, 'the rows', '.rows', /thread-per-client/);
      await click(page, '1. ');
      assert.deepEqual(await findingsIn(page), []);
      await click(page, 'kill a thread');
      await textWhere(page, 'a dead server', '.row.dead', /Dead:/);
      assert.deepEqual(await findingsIn(page), []);
      await click(page, 'restart');
      await lab.frameWhere('all servers up', ({ phase }) => phase === 'up');
    }
  });

  it('leads back through what was, and to the present', async () => {
    const page = await browser.stay(lab.url, SCREEN);
    await textWhere(page, 'the rows', '.rows', /thread-per-client/);
    await click(page, 'remove all');
    await textWhere(page, 'no client', '.sentence', /No client is connected/);
    await click(page, '+10');
    await textWhere(page, 'ten clients', '.sentence', /has the server|clients are connected/);
    await page.evaluate(`(() => {
      const input = document.querySelector('.scrubber input');
      input.value = input.min;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    })()`);
    await textWhere(page, 'the past', '.warning', /This was before/);
    const value = `Number(document.querySelector('.scrubber input').value)`;
    const heldMs = Number(await page.evaluate(value));
    await click(page, 'replay');
    await page.evaluate(`new Promise((resolve) => {
      const look = () => (${value} >= ${heldMs + 1000} ? resolve(true) : setTimeout(look, 20));
      look();
    })`);
    await click(page, 'live');
    await textWhere(page, 'the present', '.scrubber', /now/);
    await click(page, 'remove all');
  });

  it('connects again when its stream breaks', async () => {
    const page = await browser.stay(lab.url, SCREEN);
    await textWhere(page, 'the rows', '.rows', /thread-per-client/);
    for (const socket of streams) socket.destroy();
    await textWhere(page, 'the loss', '.side', /No connection/);
    await textWhere(page, 'the return', '.side', /Live\./);
    await click(page, 'remove all');
    await textWhere(page, 'no client', '.sentence', /No client is connected/);
  });
});

describe('a lab that does not end in order', { timeout: BOUND_MS }, () => {
  async function started(t: Parameters<typeof killAfter>[0]) {
    const descendants = new Descendants();
    t.after(() => descendants.killAll());
    const child = spawnNode([CLI, 'lab', '--threads', '1'], { env: descendants.env });
    killAfter(t, child);
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    await eventually('a server for each model', () => {
      const servers = descendants.running().filter(({ command }) => command.includes(' serve '));
      return servers.length === MODEL_NAMES.length ? true : undefined;
    });
    return { child, descendants, url: line.replace('The lab is at ', '') };
  }

  it('leaves no server after SIGKILL', async (t) => {
    const { child, descendants } = await started(t);
    const exit = exitOf(child);
    child.kill('SIGKILL');
    assert.equal((await exit).signal, 'SIGKILL');
    await eventually('no process', () => (descendants.running().length === 0 ? true : undefined));
  });

  it(
    'goes on after it was stopped, and so does its page',
    { skip: withoutBrowser(command) },
    async (t) => {
      const { child, url } = await started(t);
      assert.ok(command);
      const browser = await startBrowser(command);
      t.after(() => browser.close());
      const page = await browser.stay(url, SCREEN);
      await textWhere(page, 'the rows', '.sentence', UP);
      child.kill('SIGSTOP');
      await page.evaluate(`[...document.querySelectorAll('button')]
        .find((one) => one.textContent === '+1 client').click()`);
      await sleep(1000);
      child.kill('SIGCONT');
      await textWhere(page, 'the click', '.said', /One client more/);
      await textWhere(page, 'the client', '.sentence', /^1 client is connected/);
      assert.deepEqual(page.complaints, []);
    },
  );
});
