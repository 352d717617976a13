import type { TransferProgress } from '../../shared/contract/transfers.ts'

interface Sample {
  readonly at: number
  readonly bytes: number
  readonly files: number
}

const windowMs = 3_000

/** Counts what a transfer has done, and how fast it went lately. Times are milliseconds of one clock. */
export class ProgressMeter {
  files = 0
  filesTotal = 0
  bytes = 0
  bytesTotal = 0
  skipped = 0
  counting = true
  packed = false
  readonly #samples: Sample[] = []

  /** What to show now. */
  read(now: number): TransferProgress {
    this.#samples.push({ at: now, bytes: this.bytes, files: this.files })
    while (this.#samples.length > 2 && now - (this.#samples[0]?.at ?? now) > windowMs) this.#samples.shift()
    const first = this.#samples[0] as Sample
    const seconds = (now - first.at) / 1000
    const { files, filesTotal, bytes, bytesTotal, skipped, counting, packed } = this
    return {
      files,
      filesTotal,
      bytes: Math.min(bytes, bytesTotal),
      bytesTotal,
      skipped,
      counting,
      packed,
      rate: seconds > 0 ? Math.max(0, (bytes - first.bytes) / seconds) : 0,
      fileRate: seconds > 0 ? Math.max(0, (files - first.files) / seconds) : 0,
    }
  }
}
