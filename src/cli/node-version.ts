/** The oldest Node that runs this program. Imports nothing, and uses no syntax that an older Node does not know. */

/** As `engines` in package.json says; the Makefile reads it there. */
const OLDEST = { major: 20, minor: 19 };

/**
 * Checks a Node's version.
 * @param version as in `process.version`: `v20.19.0`
 * @returns the line for the user of a Node that is too old, undefined for the user of any other
 */
export function complaintAbout(version: string): string | undefined {
  const [major, minor] = version.slice(1).split('.').map(Number) as [number, number];
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return undefined;
  return `handoff needs Node ${OLDEST.major}.${OLDEST.minor} or newer; this is ${version}`;
}
