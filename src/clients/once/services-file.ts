/** Finds a service's ports and socket types in /etc/services, as getaddrinfo does. */
import { readFile } from 'node:fs/promises';
import { StartError } from '../../base/errors.js';
import { quoted } from '../../base/printable.js';

export interface SocketType {
  readonly type: 'SOCK_STREAM' | 'SOCK_DGRAM' | 'SOCK_RAW';
  readonly protocol: 'tcp' | 'udp' | 'ip';
  readonly port: number;
}

const SERVICES_FILE = '/etc/services';
const MAX_PORT = 65_535;

const TYPES = [
  { type: 'SOCK_STREAM', protocol: 'tcp' },
  { type: 'SOCK_DGRAM', protocol: 'udp' },
  { type: 'SOCK_RAW', protocol: 'ip' },
] as const;

/**
 * Returns the socket types of a service, in getaddrinfo's order. A name has those that the file
 * lists; a port number, or no service, has all.
 * @throws StartError with a one-line message if the service does not exist or the file is
 * unreadable
 */
export async function socketTypes(service: string | undefined): Promise<SocketType[]> {
  if (service === undefined) return TYPES.map((type) => ({ ...type, port: 0 }));
  if (/^\d+$/.test(service)) {
    const port = Number(service);
    if (port > MAX_PORT) throw new StartError(`there is no port ${service}`);
    return TYPES.map((type) => ({ ...type, port }));
  }
  const file = await readFile(SERVICES_FILE, 'utf8').catch((error: unknown) => {
    const why = `cannot read ${SERVICES_FILE}: ${(error as Error).message}`;
    throw new StartError(`${why}; give the port of ${quoted(service)} as a number`, {
      cause: error,
    });
  });
  const ports = portsOf(service, file);
  const found = TYPES.flatMap((type) => {
    const port = ports.get(type.protocol);
    return port === undefined ? [] : [{ ...type, port }];
  });
  if (found.length === 0)
    throw new StartError(`${SERVICES_FILE} has no service ${quoted(service)}`);
  return found;
}

/** Returns a service's port by protocol. A line is `name port/protocol alias … # comment`. */
function portsOf(service: string, file: string): Map<string, number> {
  const ports = new Map<string, number>();
  for (const line of file.split('\n')) {
    const [name, where = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    const [port, protocol = ''] = where.split('/');
    const isThis = name === service || aliases.includes(service);
    if (isThis && !ports.has(protocol)) ports.set(protocol, Number(port));
  }
  return ports;
}
