import type { Api } from '../../../shared/contract/contract.ts'
import type { FilePiece, Place } from '../../../shared/contract/files.ts'
import { largestRead } from '../../../shared/contract/files.ts'

/** Reads pieces of one file; nothing reads more than it shows. */
export class FileReader {
  readonly #api: Api
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

  async bytes(offset: number, length: number): Promise<Uint8Array> {
    return (await this.piece(offset, length)).data
  }

  /** Bytes from `start` to `end`, however many: for formats that say where their parts are. */
  async slice(start: number, end: number): Promise<ArrayBuffer> {
    const whole = new Uint8Array(Math.max(0, end - start))
    for (let done = 0; done < whole.length;) {
      const data = await this.bytes(start + done, whole.length - done)
      if (data.length === 0) break
      whole.set(data, done)
      done += data.length
    }
    return whole.buffer
  }
}
