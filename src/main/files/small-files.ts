import { Worker } from 'node:worker_threads'

import { cancelled } from '../../shared/base/abort.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { FileInfo } from '../../shared/contract/files.ts'
import { withoutGroup } from './attributes.ts'
import { fromNode, notAFile } from './file-errors.ts'
import type { PlaceOptions, WholeFiles } from './file-system.ts'
import { native } from './native-path.ts'

type Result = import('./small-files-worker.mjs').SmallResult
type Job = import('./small-files-worker.mjs').ReadJob | import('./small-files-worker.mjs').PlaceJob

interface Waiting {
  readonly path: string
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

const where = 'this computer'

/** Reads or writes small local files in one step each, in a worker started on first use. */
export class SmallFiles implements WholeFiles, Disposable {
  readonly #url: URL
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #batch: Job[] = []
  #nextId = 1

  constructor(worker: URL) {
    this.#url = worker
  }

  async read(path: string, most: number): Promise<{ data: Uint8Array; info: FileInfo }> {
    const { data, info } = await this.#run(path, id => ({ id, kind: 'read', path: native(path), most }))
    if (!data || !info?.isFile) throw notAFile(path, where)
    const { size, mtimeMs, mode, uid, gid } = info
    const onWindows = process.platform === 'win32'
    const owner = onWindows ? { uid: null, gid: null } : { uid, gid }
    return { data, info: { kind: 'file', size, mtimeMs, mode: onWindows ? null : mode & 0o7777, ...owner } }
  }

  async place({ part, to, data, change, inherits, replace }: PlaceOptions): Promise<void> {
    const { mode = null, mtimeMs = null, owner = null } = change
    const closed = inherits && mode !== null ? withoutGroup(mode) : null
    const files = { part: native(part), to: native(to) }
    await this.#run(to, id => ({ id, kind: 'place', ...files, data, mode, closed, mtimeMs, owner, replace }))
  }

  dispose(): void {
    void this.#worker?.terminate()
    this.#worker = undefined
    this.#fail(cancelled())
  }

  async #run(path: string, job: (id: number) => Job): Promise<Result> {
    const id = this.#nextId++
    const result = await new Promise<Result>((resolve, reject) => {
      this.#waiting.set(id, { path, resolve, reject })
      // All requests of one turn are sent as one message.
      if (this.#batch.length === 0) setImmediate(() => this.#send())
      this.#batch.push(job(id))
    })
    if (result.failed) throw fromNode(result.failed, path, where)
    return result
  }

  #send(): void {
    const jobs = this.#batch.splice(0)
    if (jobs.length === 0) return
    this.#worker ??= this.#start()
    this.#worker.postMessage(jobs)
  }

  #start(): Worker {
    const worker = new Worker(this.#url)
    worker.unref()
    worker.on('message', (results: readonly Result[]) => {
      for (const result of results) {
        this.#waiting.get(result.id)?.resolve(result)
        this.#waiting.delete(result.id)
      }
    })
    worker.on('error', error => {
      if (this.#worker === worker) this.#worker = undefined
      this.#fail(error)
    })
    return worker
  }

  #fail(error: unknown): void {
    for (const { path, reject } of this.#waiting.values()) reject(fromNode(error, path, where))
    this.#waiting.clear()
    // Requests already reported as failed are not run any more.
    this.#batch = []
  }
}
