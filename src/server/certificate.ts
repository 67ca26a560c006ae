/**
 * Certificate and key of a server with TLS, from their files. Main thread, once at the start. Read
 * secured-socket.ts next.
 */
import { constants, createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import { StartError } from '../base/errors.js';

/** Paths of PEM files. The certificate's may also hold those of its issuers. */
interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

type Option = '--tls-cert' | '--tls-key';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EISDIR: 'it is a folder',
};

/**
 * Reads the files and checks that they can serve clients today.
 * @throws StartError that names the file and the reason, in one line
 */
export function loadCertificate({ cert, key }: CertificateFiles): SecureContext {
  const [certPem, keyPem] = [read('--tls-cert', cert), read('--tls-key', key)];
  const certificate = parseCertificate(cert, certPem);
  if (!certificate.checkPrivateKey(parseKey(key, keyPem)))
    throw unusable('--tls-key', key, `it is not the key of ${cert}`);
  const [from, until] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  const now = new Date();
  if (until < now) throw unusable('--tls-cert', cert, `it expired on ${until.toISOString()}`);
  if (from > now)
    throw unusable('--tls-cert', cert, `it is not valid before ${from.toISOString()}`);
  try {
    return createSecureContext({
      cert: certPem,
      key: keyPem,
      minVersion: 'TLSv1.2',
      // A client could make the server compute handshakes without end.
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    });
  } catch (error) {
    throw unusable('--tls-cert', cert, (error as Error).message, error);
  }
}

function read(option: Option, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw unusable(option, path, REASONS[code] ?? message, error);
  }
}

function parseCertificate(path: string, pem: Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw unusable('--tls-cert', path, 'it holds no certificate in PEM form', error);
  }
}

function parseKey(path: string, pem: Buffer): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const reason = pem.includes('ENCRYPTED')
      ? 'it is encrypted; the server cannot ask for its passphrase'
      : 'it holds no private key in PEM form';
    throw unusable('--tls-key', path, reason, error);
  }
}

function unusable(option: Option, path: string, reason: string, cause?: unknown): StartError {
  const line = reason.replace(/\s+/g, ' ');
  return new StartError(`cannot use ${option} ${path}: ${line}`, { cause });
}
