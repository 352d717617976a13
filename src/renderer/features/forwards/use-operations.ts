import { useMemo } from 'react'

import type { Api } from '../../../shared/contract/contract.ts'
import type { OperationId } from '../../../shared/contract/forwards.ts'

/** Names the calls that a view makes of `forwards` and `presets`, so that it can cancel all of them when it closes. */
export function useOperations(api: Api) {
  return useMemo(() => {
    const begun = new Set<OperationId>()
    return {
      begin: (): OperationId => {
        const operation = crypto.randomUUID() as OperationId
        begun.add(operation)
        return operation
      },
      // One that has ended is no work for main, and no error.
      cancelAll: () => {
        for (const operation of begun)
          for (const { cancel } of [api.forwards, api.presets]) void cancel({ operation }).catch(() => {})
        begun.clear()
      },
    }
  }, [api])
}
