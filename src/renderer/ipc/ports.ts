import { toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'
import type { PortMessage } from '../../shared/contract/bridge.ts'

/** Receives the MessagePorts that main opens, each under its stream's id. */
export class Ports implements Disposable {
  readonly #waiting = new Map<string, (port: MessagePort) => void>()
  readonly #stop: Disposable

  constructor(target: Window) {
    const receive = (event: MessageEvent) => {
      if (event.source !== target || event.origin !== target.location.origin) return
      const id = (event.data as Partial<PortMessage> | null)?.hawserPort
      const [port] = event.ports
      if (typeof id !== 'string' || port === undefined) return
      const take = this.#waiting.get(id)
      if (take) take(port)
      else port.close()
    }
    target.addEventListener('message', receive)
    this.#stop = toDisposable(() => target.removeEventListener('message', receive))
  }

  /** Hands over each port that arrives under `id`, until disposed. */
  expect(id: string, take: (port: MessagePort) => void): Disposable {
    this.#waiting.set(id, take)
    return toDisposable(() => {
      if (this.#waiting.get(id) === take) this.#waiting.delete(id)
    })
  }

  dispose(): void {
    this.#stop.dispose()
    this.#waiting.clear()
  }
}
