/** Whole conversations without sockets: a service, its shared object, and given bytes. */
import assert from 'node:assert/strict';
import { PATIENCE_MS } from '../support/eventually.js';
import { FakeConnection, type Manner } from '../support/fake-connection.js';
import { DEFAULT_OPTIONS } from '../support/service-options.js';
import { findService } from '../../src/services/catalogue.js';
import { loadService } from '../../src/services/load.js';
import { converse } from '../../src/services/conversation.js';
import type { AnyService, ServiceOptions } from '../../src/services/service.js';
import { ClientMember } from '../../src/shared/client-member.js';
import type { Shared } from '../../src/shared/shared.js';
import { endOfTurn } from '../../src/shared/turn.js';

/** A server as its service sees it. */
interface Surroundings {
  /**
   * Runs one client's conversation from its first byte to its end of stream. @returns all bytes
   * that it was sent
   */
  converse(chunks: readonly Uint8Array[], manner?: Manner): Promise<string>;
  close(): void;
}

const silentLog = { info: () => undefined, debug: () => undefined, error: () => undefined };

export async function surroundings(
  serviceName: string,
  options: Partial<ServiceOptions> = {},
): Promise<Surroundings> {
  const entry = findService(serviceName);
  assert.ok(entry, serviceName);
  const service = await loadService(entry.module);
  const settings = { options: { ...DEFAULT_OPTIONS, ...options }, log: silentLog };
  const shared = await service.share?.(settings);
  return {
    converse: (chunks, manner = 'promises') =>
      intime(conversation(service, shared, settings.options, new FakeConnection(chunks, manner))),
    close: () => shared?.close?.(),
  };
}

let connections = 0;

async function conversation(
  service: AnyService,
  shared: Shared | undefined,
  options: ServiceOptions,
  connection: FakeConnection,
): Promise<string> {
  const member = new ClientMember(++connections, {
    deliver: (bytes) => connection.deliver(bytes),
    disconnect: () => connection.finish(),
  });
  const session = shared?.enter(member);
  const failures: object[] = [];
  const error = (fields: object) => void failures.push(fields);
  const log = { ...silentLog, error };
  await converse(service, connection, { options, log, debug: false, shared: session });
  session?.leave();
  await endOfTurn();
  assert.deepEqual(failures, [], 'the service failed');
  return connection.sent;
}

/** Fails if the conversation does not end in time. */
async function intime<T>(promise: Promise<T>): Promise<T> {
  let deadline: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    deadline = setTimeout(() => reject(new Error('the conversation hangs')), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(deadline));
}
