/**
 * The ways in which main gives a client's socket to a thread that waits on its mailbox: what main
 * keeps of the socket, and where the thread finds it. One file a way; read lend.ts first, then
 * duplicate.ts and transfer.ts. In share.ts and reuse-port.ts threads accept for themselves, and
 * task.ts has no mailbox.
 */
import type { AcceptedSocket, HandOffWay } from '../../serving/host.js';
import type { SocketLease } from '../lease.js';
import type { ServiceLog } from '../../log/log.js';
import type { Mailbox } from '../mailbox.js';
import type { ThreadTask } from '../protocol.js';
import type { ClientSource } from './client-source.js';
// Not on demand: each thread of the default way would wait for it once more.
import { LentClients } from './lend.js';

/** Makes what main keeps of an accepted socket. */
export type MakeLease = (socket: AcceptedSocket) => SocketLease;

/** What a thread's side of a way may need. */
interface ThreadSide {
  readonly task: ThreadTask;
  readonly mailbox: Mailbox;
  readonly notifyMain: () => void;
  readonly log: ServiceLog;
}

/** A client thread's side of a way. */
export async function loadSource({ task, ...thread }: ThreadSide): Promise<ClientSource> {
  const { handOff, sockets, lastConnection, calls, measuresTimes } = task;
  const { mailbox } = thread;
  if (lastConnection) {
    const { AcceptedClients } = await import('./accepted-clients.js');
    const waitsForMain = calls !== undefined;
    return new AcceptedClients({ ...thread, lastConnection, waitsForMain, measuresTimes });
  }
  if (handOff === 'duplicate') return new (await import('./duplicate.js')).CopiedClients(mailbox);
  if (handOff === 'transfer' && sockets)
    return new (await import('./transfer.js')).TransferredClients(mailbox, sockets);
  return new LentClients(mailbox);
}

/** Main's side of a way in which main accepts. */
export async function loadLease(way: HandOffWay | undefined): Promise<MakeLease> {
  switch (way) {
    case 'duplicate': {
      const { CopyLease } = await import('./duplicate.js');
      return (socket) => new CopyLease(socket);
    }
    case 'transfer': {
      const { TransferLease } = await import('./transfer.js');
      return (socket) => new TransferLease(socket);
    }
    default: {
      const { DescriptorLease } = await import('../lease.js');
      return (socket) => new DescriptorLease(socket);
    }
  }
}
