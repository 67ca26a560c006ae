/** A place for bytes: standard output (output.ts) or a file (part-file.ts). */
export interface ByteSink {
  /**
   * Resolves when the bytes have been taken.
   * @throws FileError in one line when they cannot be
   */
  write(bytes: Uint8Array): Promise<void>;
}
