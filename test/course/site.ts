/** The files that the documents' web clients download. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

export const INDEX = '<h1>Hello World</h1>';
/** Document 003's own example. */
export const MY_DATA = 'I like to go to movie theater from time to time.\n\nNatalia\n';

/** A folder of web pages, removed after the last test of the file. */
export function siteFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'handoff-site-'));
  writeFileSync(join(folder, 'index.html'), INDEX);
  writeFileSync(join(folder, 'myData.txt'), MY_DATA);
  after(() => rmSync(folder, { recursive: true }));
  return folder;
}
