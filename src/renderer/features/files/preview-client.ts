import { messageOf } from '../../../shared/base/errors.ts'
import type { FromWorker, PreviewAnswers, PreviewJob, ToWorker } from './preview-job.ts'
import { limits } from './preview-limits.ts'
import type { ByteSource } from './byte-source.ts'

/** The subset of Worker that previews use. */
export interface PreviewWorker {
  postMessage(message: ToWorker, transfer?: Transferable[]): void
  terminate(): void
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null
  onerror: ((event: ErrorEvent) => void) | null
}

/**
 * Creates a preview in its own worker, which ends with the answer, with `signal`, or after 3 s of work. Time spent waiting
 * for file contents isn't counted. Rejects with a message for the user.
 */
export function preview<K extends PreviewJob['kind']>(
  job: Extract<PreviewJob, { kind: K }>,
  source: ByteSource,
  { signal, worker = startWorker() }: { readonly signal: AbortSignal; readonly worker?: PreviewWorker },
): Promise<PreviewAnswers[K]> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let reading = 0
    let left: number = limits.workMs
    let since = 0
    const run = () => {
      since = performance.now()
      timer = setTimeout(() => fail('This file takes too long to preview. Open it in another app or a terminal.'), left)
    }
    const pause = () => {
      clearTimeout(timer)
      left -= performance.now() - since
    }
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      worker.terminate()
    }
    const fail = (message: string) => {
      end()
      reject(new Error(message))
    }
    const abort = () => fail('The preview was closed.')
    const read = async (id: number, start: number, to: number) => {
      if (reading++ === 0) pause()
      const answer: ToWorker = await source.slice(start, to).then(
        data => ({ kind: 'bytes', id, data }),
        (error: unknown) => ({ kind: 'unread', id, message: messageOf(error) }),
      )
      if (signal.aborted) return
      if (--reading === 0) run()
      worker.postMessage(answer, answer.kind === 'bytes' ? [answer.data] : [])
    }
    signal.addEventListener('abort', abort)
    worker.onerror = () => fail('This file is damaged or too complex to preview.')
    worker.onmessage = ({ data: message }) => {
      if (message.kind === 'ready') {
        run()
        worker.postMessage({ kind: 'job', job, size: source.size })
      } else if (message.kind === 'read') void read(message.id, message.start, message.end)
      else if (message.kind === 'failed') fail(message.message)
      else {
        end()
        resolve(message.answer as PreviewAnswers[K])
      }
    }
    if (signal.aborted) abort()
  })
}

function startWorker(): PreviewWorker {
  return new Worker(new URL('./preview.worker.ts', import.meta.url), { type: 'module' })
}
