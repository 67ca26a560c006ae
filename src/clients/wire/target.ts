/** The address of a client's server. */

export type Target = { readonly host: string; readonly port: number } | { readonly path: string };

/** Returns the server's name for messages to the user. */
export function nameOf(target: Target): string {
  return 'path' in target ? target.path : `${target.host} port ${target.port}`;
}
