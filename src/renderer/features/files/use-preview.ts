import { useCallback } from 'react'

import type { FileReader } from './file-reader.ts'
import { preview } from './preview-client.ts'
import type { PreviewAnswers, PreviewJob } from './preview-job.ts'
import { useLoaded } from './use-loaded.ts'

/** Runs a preview job until the view unmounts. `job` must be stable. */
export function usePreview<K extends PreviewJob['kind']>(reader: FileReader, job: Extract<PreviewJob, { kind: K }>) {
  const load = useCallback(
    (signal: AbortSignal): Promise<PreviewAnswers[K]> => preview<K>(job, reader, { signal }),
    [reader, job],
  )
  return useLoaded(load)
}
