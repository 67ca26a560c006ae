/**
 * `handoff …` on a pseudo-terminal: keys in, the screen out. Needs python3 for the pseudo-terminal.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { environment } from './environment.js';
import { eventually } from './eventually.js';
import { CLI, killAfter } from './handoff.js';
import { Screen, type Resizing } from './screen.js';
import type { Cleanup } from './server.js';

const DRIVER = fileURLToPath(new URL('../../../test/fixtures/terminal.py', import.meta.url));

/** The reason to skip a test: why there are no pseudo-terminals, or false. */
export const noTerminal: string | false =
  spawnSync('python3', ['-c', 'import pty']).status === 0 ? false : 'needs python3';

interface TerminalModes {
  readonly canonical: boolean;
  readonly echo: boolean;
}

/** How the program ended, and the modes in which it left its terminal. */
interface TerminalExit extends TerminalModes {
  readonly status: number | null;
  readonly signal: number | null;
}

interface TerminalProcess {
  /** Every byte that was written to the terminal. */
  readonly output: () => string;
  type(keys: string): void;
  /** Changes the width. The program may learn it later, from SIGWINCH. */
  resize(columns: number, resizing?: Resizing): Promise<void>;
  /** Waits until the rows of the screen, joined by newlines, show this. */
  shows(what: string | RegExp): Promise<void>;
  /** Waits until the cursor's row is this; `▮` marks the cursor. */
  edits(row: string): Promise<void>;
  signal(signal: NodeJS.Signals): Promise<void>;
  /** The terminal's modes now, and whether the program is stopped. */
  modes(): Promise<TerminalModes & { readonly stopped: boolean }>;
  /** Changes the width of the screen, which the program cannot learn yet: tmux takes its time. */
  resizeEarly(columns: number): void;
  exit(): Promise<TerminalExit>;
}

export function openTerminal(
  t: Cleanup,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): TerminalProcess {
  return openTerminalFor(t, [process.execPath, CLI, ...args], { env });
}

/** The same for any program, such as a shell. */
export function openTerminalFor(
  t: Cleanup,
  command: readonly string[],
  { env = {}, cwd }: { env?: Readonly<Record<string, string>>; cwd?: string } = {},
): TerminalProcess {
  const child = spawn('python3', [DRIVER, ...command], {
    cwd,
    env: environment({ TERM: 'xterm', ...env }),
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const requests = child.stdio[3] as Duplex;
  const request = async (line: string) => {
    requests.write(`${line}\n`);
    const [answer] = (await once(requests, 'data')) as [Buffer];
    return answer.toString();
  };
  killAfter(t, child);
  const screen = new Screen();
  let output = '';
  let report = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    screen.write(text);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (report += text));
  const closed = once(child, 'close');
  const wait = async (what: string, probe: () => boolean) => {
    await eventually(what, () => probe() || undefined).catch((error: unknown) => {
      throw new Error(`the screen shows\n${screen.rows.join('\n')}\nwith ${screen.cursorRow}`, {
        cause: error,
      });
    });
  };
  return {
    output: () => output,
    type: (keys) => void child.stdin.write(keys),
    resizeEarly: (columns) => screen.resize(columns, 'wraps'),
    async resize(columns, resizing = 'wraps') {
      screen.resize(columns, resizing);
      await request(`${columns}`);
    },
    shows: (what) =>
      wait(String(what), () => {
        const shown = screen.rows.join('\n');
        return typeof what === 'string' ? shown.includes(what) : what.test(shown);
      }),
    async signal(signal) {
      await request(signal);
    },
    async modes() {
      return JSON.parse(await request('modes')) as TerminalModes & { stopped: boolean };
    },
    edits: (row) => wait(row, () => screen.cursorRow === row),
    async exit() {
      await closed;
      return JSON.parse(report) as TerminalExit;
    },
  };
}
