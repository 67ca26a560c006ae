/** A lab in the test's own process, its page over HTTP, and what its frames show. */
import { request, type IncomingMessage } from 'node:http';
import { LabServer } from '../../src/lab/http/server.js';
import { Lab } from '../../src/lab/lab.js';
import type { Command, Frame, Reply, RowView, Settings } from '../../src/lab/protocol.js';
import { setupOf } from '../../src/lab/setup.js';
// Takes the variable away by which the servers would write coverage.
import './environment.js';
import { PATIENCE_MS } from './eventually.js';

export const SETTINGS: Settings = {
  ...{ service: 'work', thinkMs: 20, visitorsPerS: 0, threads: 2, queue: 100 },
};

export interface OpenLab {
  readonly lab: Lab;
  /** The address of the page, with its token. */
  readonly url: string;
  /** Executes a command as the page's button does. */
  command(command: Command): Promise<Reply>;
  /** The first frame in which all these rows satisfy the condition. */
  frameWhere(what: string, holds: (row: RowView) => boolean): Promise<Frame>;
  close(): Promise<void>;
}

/** Starts servers of these models, and waits until they are up. */
export async function openLab(models: readonly string[], settings = SETTINGS): Promise<OpenLab> {
  const lab = new Lab(models, settings);
  const setup = setupOf();
  const shown = setup.models.filter(({ name }) => models.includes(name));
  const server = await LabServer.open(lab, { ...setup, models: shown }, 0).catch(
    async (error: unknown) => {
      await lab.close();
      throw error;
    },
  );
  lab.start();
  const open: OpenLab = {
    lab,
    url: server.url,
    async command(command) {
      const answer = await ask(server.url, 'commands', { body: JSON.stringify(command) });
      return JSON.parse(answer.text) as Reply;
    },
    frameWhere: (what, holds) => frameWhere(lab, what, holds),
    async close() {
      server.close();
      await lab.close();
    },
  };
  await frameWhere(lab, 'all servers up', ({ phase }) => phase === 'up');
  return open;
}

interface Ask {
  /** Undefined: a GET. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** In place of the address's own. */
  readonly token?: string;
}

/** A request as a browser sends it from the page, unless the headers say otherwise. */
export async function ask(
  url: string,
  path: string,
  { body, headers = {}, token }: Ask = {},
): Promise<{ readonly status: number; readonly text: string; readonly headers: object }> {
  const { origin, port, search } = new URL(url);
  const query = token === undefined ? search : `?token=${token}`;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(
      `${origin}/${path}${query}`,
      {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          Host: `127.0.0.1:${port}`,
          ...(body !== undefined && { Origin: origin }),
          ...headers,
        },
      },
      resolve,
    )
      .once('error', reject)
      .end(body);
  });
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return { status: response.statusCode ?? 0, text, headers: response.headers };
}

/** Looks at the lab as an open page does. */
function frameWhere(lab: Lab, what: string, holds: (row: RowView) => boolean): Promise<Frame> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      unwatch();
      const rows = lab.frame().rows.map(({ model, sentence }) => `${model}: ${sentence}`);
      reject(new Error(`in vain waited for ${what}; last seen: ${rows.join(' ')}`));
    }, PATIENCE_MS);
    const unwatch = lab.watch(() => {
      const frame = lab.frame();
      if (!frame.rows.every(holds)) return;
      clearTimeout(timer);
      unwatch();
      resolve(frame);
    });
  });
}
