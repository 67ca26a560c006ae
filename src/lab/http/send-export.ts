/**
 * Makes an export and sends it to the page that has asked for it. The lab's main thread. exports.ts
 * says what there is.
 */
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { answerText, HEADERS } from './answers.js';
import type { Export } from './exports.js';

/** Ends with the response, or when the page does not want it any more. Never rejects. */
export async function sendExport(
  { type, name, make }: Export,
  rows: readonly { readonly logLines: readonly string[] }[],
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  if (response.destroyed) return;
  try {
    const logs = rows.map((row) => row.logLines);
    const pieces = await make(logs, gone.signal);
    if (gone.signal.aborted) return;
    if (!pieces) {
      answerText(response, 409, 'No client has connected yet.\n');
      return;
    }
    response.writeHead(200, {
      ...HEADERS,
      'Content-Type': type,
      'Content-Disposition': `attachment; filename="${name}"`,
    });
    await pipeline(Readable.from(pieces), response);
  } catch (error) {
    // With the beginning of an answer sent, a broken connection is all that can say it.
    if (response.headersSent) response.destroy();
    else answerText(response, 500, `It could not be made: ${(error as Error).message}\n`);
  }
}
