/**
 * The memory of `handoff lab`, its servers and its page while clients come, stay and leave. Two tests
 * share it: a short one, and one that lasts half an hour.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { sampleProcesses } from '../../bench/lib/process-stats.js';
import type { Command } from '../../src/lab/protocol.js';
import type { Browser, OpenPage } from './browser.js';
import { Descendants } from './descendants.js';
import { CLI, exitOf, spawnNode } from './handoff.js';
import { ask } from './lab.js';
import { textWhere, UP } from './lab-page.js';

/** Resident memory in MB. */
export interface LabMemory {
  /** The browser's processes that show pages. */
  readonly page: number;
  readonly lab: number;
  /** All servers together. */
  readonly servers: number;
}

const BYTES_IN_MB = 1e6;
/** Enough to fill what the lab keeps of its servers' logs in some minutes. */
const LOAD: readonly Command[] = [
  { do: 'set', settings: { visitorsPerS: 50, thinkMs: 100 } },
  { do: 'add', kind: 'steady', count: 20 },
  { do: 'add', kind: 'unread', count: 1 },
];

/** Runs a lab with an open page for this time. @returns `count` samples at even intervals */
export async function watchedMemory(
  browser: Browser,
  lengthMs: number,
  count: number,
): Promise<LabMemory[]> {
  const descendants = new Descendants();
  const child = spawnNode([CLI, 'lab', '--threads', '24'], { env: descendants.env });
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const url = line.replace('The lab is at ', '');
    const page = await browser.stay(url, { widthPx: 1920, heightPx: 1080, dark: false });
    await textWhere(page, 'the rows', '.rows', UP);
    for (const command of LOAD) await ask(url, 'commands', { body: JSON.stringify(command) });
    const samples: LabMemory[] = [];
    while (samples.length < count) {
      await sleep(lengthMs / count);
      samples.push(await memoryOf(page, child.pid ?? 0, descendants));
    }
    const exit = exitOf(child);
    child.kill('SIGINT');
    await exit;
    return samples;
  } finally {
    descendants.killAll();
  }
}

async function memoryOf(page: OpenPage, pid: number, descendants: Descendants): Promise<LabMemory> {
  const servers = descendants.running().filter(({ command }) => command.includes(' serve '));
  return {
    page: residentMb(await page.collected()),
    lab: residentMb([pid]),
    servers: residentMb(servers.map((server) => server.pid)),
  };
}

function residentMb(pids: readonly number[]): number {
  return (sampleProcesses(pids)?.rssBytes ?? 0) / BYTES_IN_MB;
}
