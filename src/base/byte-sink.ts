/** A destination for bytes: standard output (output.ts) or a file (part-file.ts). */
export interface ByteSink {
  /**
   * Resolves when the destination has taken the bytes.
   * @throws FileError in one line when it cannot take them
   */
  write(bytes: Uint8Array): Promise<void>;
}
