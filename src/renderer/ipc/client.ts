import { fromWireError, type Reply } from '../../shared/base/errors.ts'
import { toDisposable } from '../../shared/base/lifecycle.ts'
import type { Bridge } from '../../shared/contract/bridge.ts'
import type { Api } from '../../shared/contract/contract.ts'
import { channel } from '../../shared/contract/define.ts'

/** Turns the bridge into typed calls; a refused call rejects with an `AppError`. */
export function createApi(bridge: Bridge): Api {
  return new Proxy({}, { get: (_target, service) => createClient(bridge, String(service)) }) as Api
}

function createClient(bridge: Bridge, service: string): object {
  return new Proxy(
    {},
    {
      get(_target, member) {
        if (typeof member !== 'string') return undefined
        const at = channel(service, member)
        if (isEvent(member)) return (listener: (payload: unknown) => void) => toDisposable(bridge.on(at, listener))
        return async (input: unknown) => {
          const reply = (await bridge.invoke(at, input)) as Reply
          if (reply.ok) return reply.value
          throw fromWireError(reply.error)
        }
      },
    },
  )
}

const isEvent = (member: string) => /^on[A-Z]/.test(member)
