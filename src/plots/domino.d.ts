/** The package declares its types under the name it once had. Only what render.ts needs of them. */
declare module '@mixmark-io/domino' {
  export function createDocument(html?: string): object;
}
