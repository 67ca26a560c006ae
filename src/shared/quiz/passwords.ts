/**
 * Passwords as salted scrypt hashes with parameters that OWASP recommends. N = 2^14, r = 8, p = 5
 * takes 16 MB and 120 ms of a core. Called on the main thread; libuv's pool does the hashing. No
 * password is logged or kept.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

const LOG2_N = 14;
const BLOCK_SIZE = 8;
const PARALLELIZATION = 5;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const MAX_CHARACTERS = 128;

/** The stored form: `$scrypt$ln=14,r=8,p=5$salt$hash`, salt and hash in base64. */
const PREFIX = `$scrypt$ln=${LOG2_N},r=${BLOCK_SIZE},p=${PARALLELIZATION}$`;

/** @returns why the text is no allowed password; undefined if it is one */
export function passwordFault(password: string): string | undefined {
  if (password.includes('\ufffd')) return 'the password is not valid UTF-8';
  if (/\p{Cc}/u.test(password)) return 'a password has no control characters';
  if (Array.from(password).length > MAX_CHARACTERS)
    return `a password has at most ${MAX_CHARACTERS} characters`;
  return undefined;
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt);
  return `${PREFIX}${salt.toString('base64')}$${hash.toString('base64')}`;
}

/**
 * Compares a password with a stored hash. Takes the same time without one, and then returns false.
 */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [salt = '', expected = ''] = stored?.startsWith(PREFIX)
    ? stored.slice(PREFIX.length).split('$')
    : [];
  const hash = await derive(password, Buffer.from(salt, 'base64'));
  const wanted = Buffer.alloc(HASH_BYTES);
  const isComplete = Buffer.from(expected, 'base64').copy(wanted) === HASH_BYTES;
  return timingSafeEqual(hash, wanted) && isComplete;
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  const parameters = { N: 2 ** LOG2_N, r: BLOCK_SIZE, p: PARALLELIZATION };
  return new Promise((resolve, reject) => {
    // Keyboards differ in the Unicode form that they produce: normalise to one.
    scrypt(password.normalize('NFKC'), salt, HASH_BYTES, parameters, (error, hash) => {
      if (error) reject(error);
      else resolve(hash);
    });
  });
}
