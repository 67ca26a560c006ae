/**
 * Certificates for tests of TLS, made by the program openssl at the time of the test, so that no
 * key is kept in the repository.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { temporaryDirectory } from './handoff.js';
import type { Cleanup } from './server.js';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Why tests with certificates are skipped; false where openssl is there. */
export const NO_OPENSSL =
  spawnSync('openssl', ['version']).status === 0 ? false : 'the program openssl is missing';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const NAMES = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];

/** A self-signed certificate for localhost, and its key. */
export function makeCertificate(t: Cleanup): Certificate {
  const folder = temporaryDirectory(t);
  const made = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const files = ['-keyout', made.key, '-out', made.cert];
  openssl(['req', '-x509', '-days', '30', ...KEY, ...NAMES, ...files]);
  return made;
}

/** A certificate that ended yesterday. */
export function makeExpired(t: Cleanup): Certificate {
  const folder = temporaryDirectory(t);
  const made = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const request = join(folder, 'request.pem');
  openssl(['req', '-new', ...KEY, ...NAMES, '-keyout', made.key, '-out', request]);
  const signed = ['-req', '-in', request, '-key', made.key, '-days', '-1', '-out', made.cert];
  openssl(['x509', ...signed]);
  return made;
}

export function openssl(args: readonly string[]): void {
  const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`);
}
