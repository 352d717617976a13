import type { Forward } from '../../shared/contract/forwards.ts'
import { targetKey, type Target } from '../../shared/contract/targets.ts'
import type { ForwardStore } from './forward-store.ts'
import type { ScannedPort } from './found-ports.ts'
import { temporaryForward } from './temporary-forward.ts'
import type { PortServices } from './port-services.ts'

interface AutomaticParts {
  readonly store: ForwardStore
  readonly services: Pick<PortServices, 'preset'>
  readonly begin: (forward: Forward) => void
  readonly drop: (forward: Forward) => Promise<void>
  readonly reportBug: (where: string, error: unknown) => void
}

// Nobody uses more services on one host; a compromised host could list every port there is.
const maxPerHost = 20

/** Creates forwards for found ports by the rule "automatic": they follow the user's own processes. */
export class AutomaticForwards {
  readonly #parts: AutomaticParts
  /** The process behind each port that was forwarded; empty if the user stopped the forward, which then stays off. */
  readonly #processes = new Map<string, string>()

  constructor(parts: AutomaticParts) {
    this.#parts = parts
  }

  /** Notes that the user stopped a forward, so that it stays off. */
  stopped(forward: Forward): void {
    if (forward.temporary && forward.to?.kind === 'tcp') this.#processes.set(keyOf(forward.target, forward.to.port), '')
  }

  /** Notes that the user forwarded the port: it is theirs, whatever its process. */
  taken(target: Target, port: number): void {
    this.#processes.delete(keyOf(target, port))
  }

  /** Handles the ports found by a scan of a host. */
  looked(target: Target, ports: readonly ScannedPort[]): void {
    const { store, drop, reportBug } = this.#parts
    for (const forward of this.#running(target)) {
      const { to } = forward
      if (to?.kind !== 'tcp') continue
      const was = this.#processes.get(keyOf(target, to.port))
      const now = ports.find(({ found }) => found.port === to.port)
      // Another process, or one that now belongs to another user, was not what was forwarded.
      if (now && was === now.process && now.found.owner === 'self') continue
      void drop(forward).catch(error => reportBug('automatic forward', error))
    }
    if (store.rule(target) === 'automatic') for (const each of ports) this.#consider(each)
  }

  #consider({ found: { target, port, owner, presetId }, process }: ScannedPort): void {
    const { store, services, begin, reportBug } = this.#parts
    const key = keyOf(target, port)
    const before = this.#processes.get(key)
    if (owner !== 'self' || store.isIgnored(target, port) || store.toPort(target, port)) return
    if (before !== undefined && before !== process) return
    if (this.#running(target).length >= maxPerHost) return
    const forward = temporaryForward(target, port, services.preset(presetId))
    this.#processes.set(key, process)
    store.put(forward).catch((error: unknown) => reportBug('automatic forward', error))
    // Failures are shown in its row.
    begin(forward)
  }

  /** The forwards of a host that the rule created. */
  #running(target: Target): readonly Forward[] {
    return this.#parts.store.all.filter(
      ({ temporary, to, target: other }) =>
        temporary &&
        to?.kind === 'tcp' &&
        targetKey(other) === targetKey(target) &&
        (this.#processes.get(keyOf(target, to.port)) ?? '') !== '',
    )
  }
}

function keyOf(target: Target, port: number): string {
  return `${targetKey(target)} ${port}`
}
