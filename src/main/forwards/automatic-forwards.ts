import type { Forward } from '../../shared/contract/forwards.ts'
import { targetKey, type Target } from '../../shared/contract/targets.ts'
import type { ForwardStore } from './forward-store.ts'
import type { ScannedPort } from './found-ports.ts'
import { passingForward } from './passing-forward.ts'
import type { PortServices } from './port-services.ts'

interface AutomaticParts {
  readonly store: ForwardStore
  readonly services: Pick<PortServices, 'preset'>
  readonly begin: (forward: Forward) => void
  readonly drop: (forward: Forward) => Promise<void>
  readonly reportBug: (where: string, error: unknown) => void
}

// A person has no more services on one host; a host that has been taken over could name every port there is.
const mostOfOneHost = 20

/** Forwards that the rule "automatic" makes of found ports: they come and go with the person's own processes. */
export class AutomaticForwards {
  readonly #parts: AutomaticParts
  /** The process behind each port that was forwarded; empty where a person has stopped it: it does not come back then. */
  readonly #processes = new Map<string, string>()

  constructor(parts: AutomaticParts) {
    this.#parts = parts
  }

  /** A person has stopped it: it stays off. */
  stopped(forward: Forward): void {
    if (forward.passing && forward.to?.kind === 'tcp') this.#processes.set(keyOf(forward.target, forward.to.port), '')
  }

  /** A person has forwarded the port: it is theirs, whatever process there is. */
  taken(target: Target, port: number): void {
    this.#processes.delete(keyOf(target, port))
  }

  /** A look at a host has ended with these ports. */
  looked(target: Target, ports: readonly ScannedPort[]): void {
    const { store, drop, reportBug } = this.#parts
    for (const forward of this.#running(target)) {
      const { to } = forward
      if (to?.kind !== 'tcp') continue
      const was = this.#processes.get(keyOf(target, to.port))
      const now = ports.find(({ found }) => found.port === to.port)
      // Another process, or one that is another user's by now, is not what was forwarded.
      if (now && was === now.process && now.found.own) continue
      void drop(forward).catch(error => reportBug('automatic forward', error))
    }
    if (store.rule(target) === 'automatic') for (const each of ports) this.#consider(each)
  }

  #consider({ found: { target, port, own, presetId }, process }: ScannedPort): void {
    const { store, services, begin, reportBug } = this.#parts
    const key = keyOf(target, port)
    const before = this.#processes.get(key)
    if (!own || store.isIgnored(target, port) || store.toPort(target, port)) return
    if (before !== undefined && before !== process) return
    if (this.#running(target).length >= mostOfOneHost) return
    const forward = passingForward(target, port, services.preset(presetId))
    this.#processes.set(key, process)
    store.put(forward).catch((error: unknown) => reportBug('automatic forward', error))
    // Why it does not come up shows on its row.
    begin(forward)
  }

  /** The forwards of a host that the rule made. */
  #running(target: Target): readonly Forward[] {
    return this.#parts.store.all.filter(
      ({ passing, to, target: other }) =>
        passing &&
        to?.kind === 'tcp' &&
        targetKey(other) === targetKey(target) &&
        (this.#processes.get(keyOf(target, to.port)) ?? '') !== '',
    )
  }
}

function keyOf(target: Target, port: number): string {
  return `${targetKey(target)} ${port}`
}
