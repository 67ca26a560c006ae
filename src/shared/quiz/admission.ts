/**
 * The three ways into the quiz: a new account, a known account, a guest. Runs on the main thread.
 * Read gate.ts next, which guards the passwords.
 */
import type { Identity, Turn } from './store/store.js';
import { checkName } from '../names.js';
import type { Credentials, Refused } from './outcomes.js';
import { passwordFault } from './passwords.js';
import type { Quiz } from './quiz.js';

export interface Admitted {
  readonly player: Identity;
  readonly welcome: string;
  /** The next question of the player's unfinished game. */
  readonly turn: Turn | undefined;
}

const BUSY = 'busy: too many passwords are being checked, try again';
const TOO_MANY_NAMES = 'busy: too many names from your address, try again';

/**
 * Registers a new account.
 * @param isHere called after the hashing: a client that has left by then gets no account
 * @throws StoreError when the store cannot be used
 */
export async function admitNew(
  { store, gate }: Quiz,
  { name: text, password, address }: Credentials,
  isHere: () => boolean,
): Promise<Admitted | Refused> {
  const checked = checkName(text);
  if (typeof checked === 'string') return refused(checked);
  const fault = passwordFault(password);
  if (fault !== undefined) return refused(fault);
  const { key, name } = checked;
  if (!(await gate.admitName(address))) return refused(TOO_MANY_NAMES);
  const known = store.account(key);
  if (known?.password !== undefined) return refused(`the name ${known.name} is taken`);
  const hash = await gate.hash(password, address);
  if (hash === undefined) return refused(BUSY);
  if (!isHere()) return refused('the client has left');
  // Another client may have taken the name during the hashing.
  const registered = store.register(key, name, hash);
  if (!registered) return refused(`the name ${name} is taken`);
  // Nothing from here on may fail. Otherwise the client would retry with a name that is now taken.
  return {
    player: { key, name, isGuest: false },
    welcome: `welcome, ${name}`,
    turn: registered.turn,
  };
}

export async function admitKnown(
  { store, gate }: Quiz,
  { name: text, password, address }: Credentials,
): Promise<Admitted | Refused> {
  const checked = checkName(text);
  if (typeof checked === 'string') return refused(checked);
  const fault = passwordFault(password);
  if (fault !== undefined) return refused(fault);
  const { key } = checked;
  const verdict = await gate.check(key, password, address, () => store.account(key)?.password);
  if (verdict === 'busy') return refused(BUSY);
  if (verdict === 'wrong') return refused('this name and this password do not belong together');
  const name = store.account(key)?.name ?? checked.name;
  return {
    player: { key, name, isGuest: false },
    welcome: `welcome back, ${name}`,
    turn: store.turn(key),
  };
}

export async function admitGuest(
  { store, gate }: Quiz,
  text: string,
  address: string,
): Promise<Admitted | Refused> {
  const checked = checkName(text);
  if (typeof checked === 'string') return refused(checked);
  if (!(await gate.admitName(address))) return refused(TOO_MANY_NAMES);
  const { key } = checked;
  const known = store.account(key);
  const name = known?.name ?? checked.name;
  if (known?.password !== undefined) {
    return refused(`the name ${name} is registered: LOGIN ${name} password`);
  }
  return {
    player: { key, name, isGuest: true },
    welcome: `welcome, guest ${name}`,
    turn: store.turn(key),
  };
}

export function refused(why: string): Refused {
  return { kind: 'refused', why };
}
