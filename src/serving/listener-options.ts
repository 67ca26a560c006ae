/** What every listening socket of a server has, whoever accepts from it. Runs on main. */

/**
 * How many connections the kernel keeps until they are accepted. The kernel lowers this to
 * net.core.somaxconn.
 */
export const BACKLOG = 4096;

/** Accepted sockets inherit them: see base/libc/listener.ts. */
export const LISTENER_OPTIONS = {
  /**
   * Keep-alive probes start after 30 s without traffic, ten of them a second apart. The kernel's
   * default is two hours.
   */
  keepAliveS: 30,
  keepAliveIntervalS: 1,
  keepAliveProbes: 10,
  /**
   * How long a peer may leave sent data without an acknowledgement: without this limit, 15 minutes.
   * It also limits the probes, of which eight are sent by then.
   */
  userTimeoutMs: 38_000,
} as const;
