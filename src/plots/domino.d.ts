/**
 * The package declares its types under its former name; this declares the part that render.ts uses.
 */
declare module '@mixmark-io/domino' {
  export function createDocument(html?: string): object;
}
