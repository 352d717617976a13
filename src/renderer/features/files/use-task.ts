import { useEffect, useState } from 'react'

import type { Api } from '../../../shared/contract/contract.ts'
import type { TaskId } from '../../../shared/contract/files.ts'

/** Returns an id for a dialog's task, which is cancelled when the dialog closes. */
export function useTask(api: Api): TaskId {
  const [task] = useState(() => crypto.randomUUID() as TaskId)
  useEffect(() => () => void api.files.cancel({ task }).catch(() => {}), [api, task])
  return task
}
