// Creates one preview. The worker has no access to main or the document, and ends when the dialog closes.
import { makePreview } from './make-preview.ts'
import type { FromWorker, ToWorker } from './preview-job.ts'
import type { ByteSource } from './byte-source.ts'

/** The subset of a dedicated worker's global scope used here, which TypeScript's DOM library doesn't declare. */
interface WorkerScope {
  postMessage(message: FromWorker, transfer?: readonly Transferable[]): void
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null
}

const scope = globalThis as unknown as WorkerScope
const waiting = new Map<number, { resolve: (data: ArrayBuffer) => void; reject: (error: Error) => void }>()
let lastId = 0

function sourceOf(size: number): ByteSource {
  return {
    size,
    slice: (start, end) =>
      new Promise((resolve, reject) => {
        const id = ++lastId
        waiting.set(id, { resolve, reject })
        scope.postMessage({ kind: 'read', id, start, end })
      }),
  }
}

scope.onmessage = ({ data: message }) => {
  if (message.kind === 'job') {
    makePreview(message.job, sourceOf(message.size)).then(
      answer => {
        const data = 'data' in answer && answer.data instanceof ArrayBuffer ? [answer.data] : []
        scope.postMessage({ kind: 'done', answer }, data)
      },
      (error: unknown) => scope.postMessage({ kind: 'failed', message: reasonOf(error) }),
    )
    return
  }
  const read = waiting.get(message.id)
  waiting.delete(message.id)
  if (message.kind === 'bytes') read?.resolve(message.data)
  else read?.reject(new Error(message.message))
}

/** JavaScript engine errors such as "Maximum call stack size exceeded" mean nothing to the user. */
function reasonOf(error: unknown): string {
  const engine = error instanceof RangeError || error instanceof TypeError || !(error instanceof Error)
  return engine ? 'This file is damaged or too complex to preview.' : error.message.slice(0, 300)
}

scope.postMessage({ kind: 'ready' })
