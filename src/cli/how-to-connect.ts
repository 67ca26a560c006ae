/**
 * What `handoff serve` prints after `listening` on a terminal: commands that reach the server, to be
 * copied into another terminal. Pure.
 */
import { formatEndpoint } from '../connection/endpoint.js';
import type { ServerSettings } from '../serving/host.js';
import { isOwn, portOf } from '../services/catalogue.js';

interface Reached extends Pick<ServerSettings, 'service' | 'serviceOptions' | 'address' | 'tls'> {
  readonly transport: 'tcp' | 'udp';
  /** The port that the server got, where the address has one. */
  readonly port: number;
}

/** Services whose clients are commands of their own. */
const CLIENTS = new Map([
  ['chat', 'handoff chat --name alice'],
  ['collect', 'date | handoff send'],
  ['daytime', 'handoff gettime'],
  ['hangman', 'handoff hangman'],
  ['quiz', 'handoff quiz'],
  ['tictactoe', 'handoff tictactoe --name alice'],
]);
/** A server that listens on every interface is reached on this one. */
const LOOPBACK = '127.0.0.1';
const EVERY_INTERFACE: readonly string[] = ['0.0.0.0', '::'];

/** The line for a server, without its newline. */
export function howToConnect(server: Reached): string {
  const { address } = server;
  const commands =
    'path' in address ? onSocket(server, address.path) : onPort(server, address.host);
  return `Try: ${commands.join('   or: ')}`;
}

function onSocket({ service: { name }, tls }: Reached, path: string): string[] {
  const word = shellWord(path);
  if (name === 'web') return [`curl --unix-socket ${word} http${tls ? 's' : ''}://localhost/`];
  if (tls) return [`openssl s_client -quiet -unix ${word}`];
  return [`${CLIENTS.get(name) ?? 'handoff connect'} --socket ${word}`];
}

function onPort(server: Reached, listenHost: string): string[] {
  const { service, serviceOptions, tls, transport, port } = server;
  const host = EVERY_INTERFACE.includes(listenHost) ? LOOPBACK : listenHost;
  const endpoint = formatEndpoint(host, port);
  // The clients of this program have no TLS.
  if (service.name === 'web')
    return tls
      ? [`https://${endpoint}/ in a browser`]
      : [`http://${endpoint}/ in a browser`, `handoff fetch http://${endpoint}/`];
  if (tls) return [`openssl s_client -quiet -connect ${endpoint}`];
  const hasDefaultPort = !isOwn(service) && port === portOf(service, serviceOptions.dialect);
  const options = [
    service.name === 'chat' && serviceOptions.dialect === 'hii' ? ' --dialect hii' : '',
    transport === 'udp' ? ' --transport udp' : '',
    host === LOOPBACK ? '' : ` --host ${host}`,
    hasDefaultPort ? '' : ` --port ${port}`,
  ].join('');
  const own = CLIENTS.get(service.name);
  if (own !== undefined) return [`${own}${options}`];
  const connect = `handoff connect${hasDefaultPort ? ` ${service.name}` : ''}${options}`;
  return transport === 'udp' ? [connect] : [connect, `telnet ${host} ${port}`];
}

/** Quotes a text for a shell, if it needs that. */
function shellWord(text: string): string {
  return /^[\w./@%+:,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
