/**
 * A real browser for the tests of pages: Chromium without a window, over its DevTools protocol.
 *
 * Commands and events are JSON, each followed by a NUL, in two pipes that the browser inherits as
 * descriptors 3 and 4 (`--remote-debugging-pipe`): no port, no library. The browser ends when the
 * pipes close, as when the test process dies.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

export interface View {
  readonly widthPx: number;
  /** 900 by default. */
  readonly heightPx?: number;
  readonly dark: boolean;
  /** Whether the viewer wants less motion; not, by default. */
  readonly isStill?: boolean;
}

/** What a page did, and its layout in the window. */
interface Sight {
  /** Errors and warnings of the console, uncaught exceptions. */
  readonly complaints: readonly string[];
  /** All requests but those for the page itself and `data:`. */
  readonly requests: readonly string[];
  readonly scrollWidthPx: number;
  /** Elements that extend beyond the window and are in no box that scrolls. */
  readonly outside: readonly string[];
  /** Text that extends beyond its picture, where it is cut off. */
  readonly cut: readonly string[];
  /** The colour of the body, as `rgb(…)`. */
  readonly background: string;
  /** `svg` or `html`; an error page has another one. */
  readonly root: string;
}

export interface Browser {
  /** Opens a page, such as `file:///…`, in a window of this size. */
  look(url: string, view: View): Promise<Sight>;
  /** Opens a page and returns the JSON value of an expression, or of its promise. */
  evaluate(url: string, view: View, expression: string): Promise<unknown>;
  /** Opens a page that stays, until the browser opens another one. */
  stay(url: string, view: View): Promise<OpenPage>;
  close(): Promise<void>;
}

export interface OpenPage {
  /** The JSON value of an expression, or of its promise. */
  evaluate(expression: string): Promise<unknown>;
  /** Presses a key as a user does, such as `Tab`, `Enter` or ` `. */
  press(key: string): Promise<void>;
  /** A PNG of the window. */
  picture(): Promise<Buffer>;
  /** Collects the page's garbage. @returns the ids of the processes that show pages */
  collected(): Promise<readonly number[]>;
  /** Errors and warnings of the console, uncaught exceptions, so far. */
  readonly complaints: readonly string[];
}

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome'];
const PATIENCE_MS = 30_000;
const WINDOW_HEIGHT_PX = 900;
/** As the DevTools protocol wants them beside the names. */
const KEY_CODES: Readonly<Record<string, number>> = { Tab: 9, Enter: 13, Escape: 27 };
const FLAGS = [
  ...[
    '--headless',
    '--remote-debugging-pipe',
    '--no-first-run',
    '--disable-gpu',
    '--hide-scrollbars',
  ],
  ...['--disable-dev-shm-usage', '--disable-extensions', '--disable-background-networking'],
  // The sandbox refuses to run as root. Only the project's own pages are opened.
  '--no-sandbox',
];

/** The browser's command; undefined if none is installed, or it does not print its version. */
export function chromium(): string | undefined {
  const { CHROME } = process.env;
  const candidates = CHROME === undefined || CHROME === '' ? COMMANDS : [CHROME];
  return candidates.find(
    (command) => spawnSync(command, ['--version'], { timeout: 10_000 }).status === 0,
  );
}

/** The reason to skip a test, for its options; false if there is a browser. */
export function withoutBrowser(command: string | undefined): string | false {
  return command === undefined && `no browser: none of $CHROME, ${COMMANDS.join(', ')} runs here`;
}

export async function startBrowser(command: string): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'handoff-browser-'));
  const child = spawn(command, [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const killed = () => child.kill('SIGKILL');
  process.once('exit', killed);
  const devTools = new DevTools(child);
  const close = async () => {
    process.off('exit', killed);
    // A bound for a browser that does not close; normally its exit ends the wait.
    const timer = setTimeout(killed, 5000);
    devTools.send('Browser.close').catch(() => killed());
    await ended;
    clearTimeout(timer);
    // Helper processes may still write to the folder for a moment.
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  try {
    const { targetId } = await devTools.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await devTools.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page(devTools, String(sessionId));
    await page.enable();
    return {
      look: (url, view) => page.look(url, view),
      evaluate: async (url, view, expression) => {
        await page.open(url, view);
        return page.evaluate(expression);
      },
      stay: async (url, view) => {
        await page.open(url, view);
        return page;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Fields = Readonly<Record<string, unknown>>;

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Fields;
  readonly result?: Fields;
  readonly error?: { readonly message: string };
}

interface Pending {
  readonly resolve: (result: Fields) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Commands and their answers by number, events to one listener. Each answer is awaited for a
 * bounded time.
 */
class DevTools {
  /** One page, so one listener. */
  onEvent: (method: string, params: Fields) => void = () => undefined;
  readonly #to: Writable;
  readonly #pending = new Map<number, Pending>();
  #last = 0;
  #partial = '';
  #gone: Error | undefined;

  constructor(child: ChildProcess) {
    const [, , , to, from] = child.stdio;
    this.#to = to as Writable;
    const gone = (why: string) => this.#end(new Error(`the browser ${child.spawnfile} ${why}`));
    // A failed write shows as an end or an error of the process.
    this.#to.on('error', () => undefined);
    child.once('error', (error) => gone(`cannot be started: ${error.message}`));
    child.once('exit', (code, signal) => gone(`ended with ${code ?? signal ?? 'nothing'}`));
    (from as Readable).setEncoding('utf8').on('data', (text: string) => this.#receive(text));
  }

  async send(method: string, params: Fields = {}, sessionId?: string): Promise<Fields> {
    if (this.#gone) throw this.#gone;
    const id = ++this.#last;
    const answer = new Promise<Fields>((resolve, reject) =>
      this.#pending.set(id, { resolve, reject }),
    );
    this.#to.write(
      `${JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) })}\0`,
    );
    try {
      return await within(answer, method);
    } finally {
      this.#pending.delete(id);
    }
  }

  #receive(text: string): void {
    const parts = `${this.#partial}${text}`.split('\0');
    this.#partial = parts.pop() ?? '';
    for (const part of parts) {
      const { id, method, params, result, error } = JSON.parse(part) as Message;
      if (method !== undefined) this.onEvent(method, params ?? {});
      if (id === undefined) continue;
      const pending = this.#pending.get(id);
      if (error) pending?.reject(new Error(error.message));
      else pending?.resolve(result ?? {});
    }
  }

  #end(error: Error): void {
    this.#gone = error;
    for (const { reject } of this.#pending.values()) reject(error);
  }
}

class Page implements OpenPage {
  readonly #devTools: DevTools;
  readonly #session: string;
  /** By their ids: the load of an earlier page may still be announced. */
  readonly #loads = new Set<unknown>();
  #hearLoad = () => {};
  #complaints: string[] = [];
  #requests: string[] = [];
  #url = '';

  constructor(devTools: DevTools, session: string) {
    this.#devTools = devTools;
    this.#session = session;
    devTools.onEvent = (method, params) => this.#hear(method, params);
  }

  get complaints(): readonly string[] {
    return this.#complaints;
  }

  async press(key: string): Promise<void> {
    const typed = key === 'Enter' ? '\r' : key.length === 1 ? key : undefined;
    const code = KEY_CODES[key] ?? key.charCodeAt(0);
    const text = typed === undefined ? {} : { text: typed };
    const fields = { key, code: key, windowsVirtualKeyCode: code, ...text };
    await this.#send('Input.dispatchKeyEvent', { type: 'keyDown', ...fields });
    await this.#send('Input.dispatchKeyEvent', { ...fields, type: 'keyUp' });
  }

  async picture(): Promise<Buffer> {
    const { data } = await this.#send('Page.captureScreenshot');
    return Buffer.from(String(data), 'base64');
  }

  async collected(): Promise<readonly number[]> {
    await this.#send('HeapProfiler.collectGarbage');
    const { processInfo } = await this.#devTools.send('SystemInfo.getProcessInfo');
    const processes = processInfo as readonly { readonly type: string; readonly id: number }[];
    return processes.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  }

  async enable(): Promise<void> {
    for (const domain of ['Page', 'Runtime', 'Log', 'Network'])
      await this.#send(`${domain}.enable`);
    await this.#send('Page.setLifecycleEventsEnabled', { enabled: true });
  }

  async look(url: string, view: View): Promise<Sight> {
    await this.open(url, view);
    const layout = await this.evaluate(`(${LAYOUT})(${view.widthPx})`);
    return {
      ...(layout as Omit<Sight, 'complaints' | 'requests'>),
      complaints: this.#complaints,
      requests: this.#requests,
    };
  }

  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.#send('Runtime.evaluate', {
      ...{ expression, returnByValue: true, awaitPromise: true },
    });
    if (exceptionDetails)
      throw new Error(`in the page ${this.#url}: ${JSON.stringify(exceptionDetails)}`);
    return (result as { value: unknown }).value;
  }

  async open(url: string, view: View): Promise<void> {
    const { widthPx, heightPx = WINDOW_HEIGHT_PX, dark, isStill = false } = view;
    await this.#send('Emulation.setDeviceMetricsOverride', {
      ...{ width: widthPx, height: heightPx, deviceScaleFactor: 1, mobile: false },
    });
    const features = [
      { name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' },
      { name: 'prefers-reduced-motion', value: isStill ? 'reduce' : 'no-preference' },
    ];
    await this.#send('Emulation.setEmulatedMedia', { features });
    this.#complaints = [];
    this.#requests = [];
    this.#url = url;
    const { errorText, loaderId } = await this.#send('Page.navigate', { url });
    if (errorText !== undefined)
      throw new Error(`the browser cannot open ${url}: ${errorText as string}`);
    const loaded = new Promise<void>((resolve) => {
      this.#hearLoad = () => {
        if (this.#loads.has(loaderId)) resolve();
      };
    });
    this.#hearLoad();
    await within(loaded, `loading ${url}`);
  }

  #send(method: string, params: Fields = {}): Promise<Fields> {
    return this.#devTools.send(method, params, this.#session);
  }

  #hear(method: string, params: Fields): void {
    if (method === 'Page.lifecycleEvent' && params['name'] === 'load') {
      this.#loads.add(params['loaderId']);
      this.#hearLoad();
    }
    if (method === 'Runtime.exceptionThrown') this.#complaints.push(JSON.stringify(params));
    if (
      method === 'Runtime.consoleAPICalled' &&
      ['error', 'warning', 'assert'].includes(String(params['type']))
    ) {
      this.#complaints.push(JSON.stringify(params['args']));
    }
    if (method === 'Log.entryAdded') {
      const { level, text } = params['entry'] as { readonly level: string; readonly text: string };
      if (level === 'error' || level === 'warning') this.#complaints.push(text);
    }
    if (method === 'Network.requestWillBeSent') {
      const { url } = params['request'] as { readonly url: string };
      if (url !== this.#url && !url.startsWith('data:')) this.#requests.push(url);
    }
  }
}

/** Runs in the page. Half a pixel is rounding; letters of another font may be slightly wider. */
const LAYOUT = `(width) => {
  const inScroller = (element) => {
    for (let one = element.parentElement; one && one !== document.body; one = one.parentElement) {
      if (['auto', 'scroll'].includes(getComputedStyle(one).overflowX)) return true;
    }
    return false;
  };
  const named = (element) => element.tagName + '.' + (element.getAttribute('class') ?? '') + ' ' +
    (element.textContent ?? '').trim().slice(0, 60);
  const all = [...(document.body?.querySelectorAll('*') ?? [])].filter((one) => !one.closest('svg *'));
  const outside = all.filter((one) => {
    const { left, right, width: own } = one.getBoundingClientRect();
    return own > 0 && (right > width + 0.5 || left < -0.5) && !inScroller(one);
  });
  const cut = [...document.querySelectorAll('svg text')].filter((one) => {
    const picture = one.ownerSVGElement.getBoundingClientRect();
    const text = one.getBoundingClientRect();
    return text.width > 0 && (text.left < picture.left - 1 || text.right > picture.right + 1 ||
      text.top < picture.top - 1 || text.bottom > picture.bottom + 1);
  });
  return {
    scrollWidthPx: (document.scrollingElement ?? document.documentElement).scrollWidth,
    outside: outside.map(named),
    cut: cut.map((one) => one.textContent),
    background: document.body ? getComputedStyle(document.body).backgroundColor : '',
    root: document.querySelector('parsererror') ? 'parsererror' : document.documentElement.localName,
  };
}`;

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the browser: ${what}: no answer in time`)),
      PATIENCE_MS,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
