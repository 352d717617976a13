import type { Api } from '../../../shared/contract/contract.ts'
import type { FilePiece, Place } from '../../../shared/contract/files.ts'
import { largestRead } from '../../../shared/contract/files.ts'
import type { ByteSource } from './byte-source.ts'
import { limits } from './preview-limits.ts'
import { sizeText } from '../../../shared/base/sizes.ts'

/** Reads parts of one file, so that a preview downloads only what it shows. */
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

  /** Reads up to 5 MiB from `offset`. */
  piece(offset: number, length: number): Promise<FilePiece> {
    return this.#api.files.read({ place: this.place, offset, length: Math.min(length, largestRead) })
  }

  /**
   * Reads bytes from `start` to `end`, or fewer at the end of the file. Meant for formats that contain offsets. All slices
   * of a reader may total 32 MiB; a slice beyond that is refused before anything is read.
   */
  async slice(start: number, end: number): Promise<ArrayBuffer> {
    const length = Math.min(end, this.size) - start
    if (!(Number.isSafeInteger(start) && start >= 0 && length >= 0))
      throw new Error('This file is damaged: it contains an offset outside the file.')
    if (length > this.#left)
      throw new Error(
        `This file is too large to preview: previews read at most ${sizeText(limits.bytes)}. Open it in another app.`,
      )
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
