/**
 * Answers of the web service, read byte by byte from a scripted client or cut out of sent bytes.
 */
import assert from 'node:assert/strict';
import type { Client } from './client.js';

interface Answer {
  readonly status: number;
  /** By name in lower case. */
  readonly fields: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** The next answer, exactly as long as its head says; later bytes are left. */
export async function readAnswer(client: Client, to: 'GET' | 'HEAD' = 'GET'): Promise<Answer> {
  const lines: string[] = [];
  for (let line = await client.readLine(); line !== '\r'; line = await client.readLine())
    lines.push(line);
  const { status, fields } = parseHead(lines);
  const hasBody = to === 'GET' && status >= 200 && status !== 304;
  return {
    status,
    fields,
    body: hasBody ? await client.read(Number(fields.get('content-length'))) : Buffer.alloc(0),
  };
}

/**
 * Sends, reads the answer, and asserts that nothing else comes: the next answer follows directly.
 */
export async function ask(
  client: Client,
  request: string,
  to: 'GET' | 'HEAD' = 'GET',
): Promise<Answer> {
  client.send(request);
  return readAnswer(client, to);
}

/** A request over HTTP/1.1 with a Host. */
export function get(target: string, fields = '', method = 'GET'): string {
  return `${method} ${target} HTTP/1.1\r\nHost: here\r\n${fields}\r\n`;
}

/** The answer without what depends on the time, to compare two conversations. */
export function withoutDates(sent: string): string {
  return sent.replace(/^Date: .*\r\n/gm, '');
}

function parseHead([first = '', ...rest]: readonly string[]) {
  const status = /^HTTP\/1\.1 (\d{3}) [A-Za-z -]+\r$/.exec(first)?.[1];
  assert.ok(status, first);
  const fields = rest.map((line): [string, string] => {
    const [, name, value] = /^([A-Za-z-]+): (.*)\r$/.exec(line) ?? [];
    if (name === undefined || value === undefined) assert.fail(`no field: ${line}`);
    return [name.toLowerCase(), value];
  });
  return { status: Number(status), fields: new Map(fields) };
}
