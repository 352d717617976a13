import { Worker } from 'node:worker_threads'

import { cancelled } from '../../shared/base/abort.ts'
import { unusableKey } from './key-outline.ts'

const limitMs = 15_000

/** The passphrase was wrong; the caller may ask for another one. */
export class WrongPassphrase extends Error {}

/**
 * Generates, reads or converts a key in a worker. Errors: `WrongPassphrase`, `key-unusable`, and `cancelled` on abort.
 */
export async function runKeyJob(
  worker: URL,
  job: KeyJob,
  { name, signal }: { readonly name: string; readonly signal?: AbortSignal },
): Promise<KeyDone> {
  const result = await runWorker(worker, job, signal)
  if (result === undefined) throw unusableKey(name, 'reading it took longer than 15 seconds')
  if (result.ok) return result
  if (result.why === 'passphrase') throw new WrongPassphrase(result.detail)
  if (result.why === 'said') throw unusableKey(name, result.detail)
  throw unusableKey(name, 'its format is not supported. Convert it with ssh-keygen -p')
}

export type KeyJob = import('./key-worker.mjs').KeyJob
export type KeyDone = import('./key-worker.mjs').KeyDone
type KeyResult = import('./key-worker.mjs').KeyResult

function runWorker(url: URL, job: KeyJob, signal: AbortSignal | undefined): Promise<KeyResult | undefined> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled())
    const worker = new Worker(url)
    const abort = () => end(() => reject(cancelled()))
    signal?.addEventListener('abort', abort)
    const end = (settle: () => void) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      void worker.terminate()
      settle()
    }
    const timer = setTimeout(() => end(() => resolve(undefined)), limitMs)
    worker.once('message', (result: KeyResult) => end(() => resolve(result)))
    worker.once('error', error => end(() => reject(error)))
    worker.postMessage(job)
  })
}
