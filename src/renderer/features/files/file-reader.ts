import type { Api } from '../../../shared/contract/contract.ts'
import type { FilePiece, Place } from '../../../shared/contract/files.ts'
import { largestRead } from '../../../shared/contract/files.ts'
import type { ByteSource } from './preview-job.ts'
import { limits } from './preview-limits.ts'
import { sizeText } from '../../../shared/base/sizes.ts'

/** Reads pieces of one file; nothing reads more than it shows. */
export class FileReader implements ByteSource {
  readonly #api: Api
  #left: number = limits.bytes
  readonly place: Place
  readonly size: number

  constructor(api: Api, place: Place, size: number) {
    this.#api = api
    this.place = place
    this.size = size
  }

  /** Up to 5 MiB from `offset`. */
  piece(offset: number, length: number): Promise<FilePiece> {
    return this.#api.files.read({ place: this.place, offset, length: Math.min(length, largestRead) })
  }

  /**
   * Bytes from `start` to `end`, fewer where the file ends: for formats that say where their parts are. All slices of a
   * reader together have at most 32 MiB; one that goes past that is refused before anything is read.
   */
  async slice(start: number, end: number): Promise<ArrayBuffer> {
    const length = Math.min(end, this.size) - start
    if (!(Number.isSafeInteger(start) && start >= 0 && length >= 0))
      throw new Error('This file is damaged: it names a place outside of itself.')
    if (length > this.#left)
      throw new Error(`A preview reads at most ${sizeText(limits.bytes)} of a file. Copy it first.`)
    this.#left -= length
    const whole = new Uint8Array(length)
    let done = 0
    while (done < length) {
      const { data } = await this.piece(start + done, length - done)
      if (data.length === 0) break
      whole.set(data.subarray(0, length - done), done)
      done += data.length
    }
    return done < length ? whole.slice(0, done).buffer : whole.buffer
  }
}
