/**
 * The check of the Node version. Runs before anything else is loaded: this file imports nothing and
 * uses only syntax that old versions of Node can parse.
 */

/** The same version as `engines` in package.json, which the Makefile reads. */
const OLDEST = { major: 20, minor: 19 };

/**
 * Checks the version of Node.
 * @param version in the form of `process.version`: `v20.19.0`
 * @returns an error line if the version is too old, otherwise undefined
 */
export function complaintAbout(version: string): string | undefined {
  const [major, minor] = version.slice(1).split('.').map(Number) as [number, number];
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return undefined;
  return `handoff needs Node ${OLDEST.major}.${OLDEST.minor} or newer; this is ${version}`;
}
