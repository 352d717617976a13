import { useMemo } from 'react'

import type { Api } from '../../../shared/contract/contract.ts'
import type { OperationId } from '../../../shared/contract/forwards.ts'

/** Gives ids to a view's calls to `forwards` and `presets`, so that it can cancel all of them when it closes. */
export function useOperations(api: Api) {
  return useMemo(() => {
    const begun = new Set<OperationId>()
    return {
      begin: (): OperationId => {
        const operation = crypto.randomUUID() as OperationId
        begun.add(operation)
        return operation
      },
      // Cancelling an operation that has ended does nothing, and is not an error.
      cancelAll: () => {
        for (const operation of begun)
          for (const { cancel } of [api.forwards, api.presets]) void cancel({ operation }).catch(() => {})
        begun.clear()
      },
    }
  }, [api])
}
