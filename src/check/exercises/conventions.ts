/** What the exercises' texts leave open, with its defaults; and how a client follows it. */
import type { Conventions } from '../check.js';
import type { StreamClient } from '../stream-client.js';

/** As in the documents: a client sends a text without a newline, and its bare name. */
export const CHUNK: Conventions = {
  framing: 'chunk',
  join: '{name}',
  start: '',
  register: 'REGISTER {name} {password}',
  login: 'LOGIN {name} {password}',
  bonuses: [],
  file: 'myData.txt',
};

/** A message ends with a newline. */
export const LINE: Conventions = { ...CHUNK, framing: 'line' };

/** One message as it is sent. */
function framed(text: string, { framing }: Conventions): string {
  return framing === 'line' ? `${text}\n` : text;
}

export function say(client: StreamClient, text: string, conventions: Conventions): void {
  client.send(framed(text, conventions));
}

/** Fills in a template such as `NICK {name}`. */
export function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
