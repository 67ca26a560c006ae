/** The package declares its types under its former name. These are the ones that render.ts needs. */
declare module '@mixmark-io/domino' {
  export function createDocument(html?: string): object;
}
