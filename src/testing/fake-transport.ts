import type { Reply } from '../shared/base/errors.ts'
import { toDisposable } from '../shared/base/lifecycle.ts'
import type { Transport } from '../main/ipc/serve.ts'
import type { Bridge } from '../shared/contract/bridge.ts'

/** A transport without Electron: messages arrive as structured clones. */
export class FakeTransport implements Transport {
  readonly handlers = new Map<string, (input: unknown) => Promise<Reply>>()
  readonly #listeners = new Map<string, Set<(payload: unknown) => void>>()

  readonly bridge: Bridge = {
    invoke: async (channel, input) => structuredClone(await this.invoke(channel, structuredClone(input))),
    on: (channel, listener) => {
      const set = this.#listeners.get(channel) ?? new Set()
      this.#listeners.set(channel, set.add(listener))
      return () => set.delete(listener)
    },
    pathOf: () => '',
  }

  handle(channel: string, listener: (input: unknown) => Promise<Reply>) {
    this.handlers.set(channel, listener)
    return toDisposable(() => void this.handlers.delete(channel))
  }

  broadcast(channel: string, payload: unknown): void {
    for (const listener of this.#listeners.get(channel) ?? []) listener(structuredClone(payload))
  }

  invoke(channel: string, input: unknown): Promise<Reply> {
    const handler = this.handlers.get(channel)
    if (!handler) throw new Error(`Nobody handles ${channel}`)
    return handler(input)
  }
}
