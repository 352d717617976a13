/** The bytes of a file, read on demand. */
export interface ByteSource {
  /** Size of the whole file, in bytes. */
  readonly size: number
  /** Reads bytes from `start` to `end`, or fewer at the end of the file. Rejects if the preview has used up its limit. */
  slice(start: number, end: number): Promise<ArrayBuffer>
}
