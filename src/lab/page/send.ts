/** Sends a command to the lab; the token is that of the page's own address. */
import type { Command, Reply } from '../protocol.js';

const { search } = window.location;

export const EVENTS = `events${search}`;

/** The address of what http/exports.ts makes of the servers' logs. */
export function exportLink(name: 'log' | 'picture' | 'trace'): string {
  return `exports/${name}${search}`;
}

/** Never rejects: a lab that has ended is an error in words, too. */
export async function send(command: Command): Promise<Reply> {
  try {
    const response = await fetch(`commands${search}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(command),
    });
    return (await response.json()) as Reply;
  } catch {
    return { error: 'The lab does not answer: it has ended, or is stopped.' };
  }
}
