#!/usr/bin/env node
/**
 * The program `handoff`: checks that this Node is new enough, then loads the command line. An older
 * Node must be able to parse this file and all that it imports by name, so nothing else is imported
 * so. Read cli/main.ts next.
 */
import { complaintAbout } from './cli/node-version.js';

const complaint = complaintAbout(process.version);
if (complaint === undefined) {
  await import('./cli/main.js');
} else {
  console.error(complaint);
  process.exitCode = 1;
}
