/** Where a client's server is. */

export type Target = { readonly host: string; readonly port: number } | { readonly path: string };

/** The server as messages to the user name it. */
export function nameOf(target: Target): string {
  return 'path' in target ? target.path : `${target.host} port ${target.port}`;
}
