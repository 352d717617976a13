import { AppError } from '../../shared/base/errors.ts'
import { Emitter } from '../../shared/base/event.ts'
import type { Endpoint, Forward, ForwardId, PortRule } from '../../shared/contract/forwards.ts'
import type { PresetId } from '../../shared/contract/presets.ts'
import { targetKey, type Target } from '../../shared/contract/targets.ts'
import type { JsonFile } from '../storage/json-file.ts'
import type { ConfigForward } from './config-forwards.ts'
import type { ForwardFile } from './forward-record.ts'
import { deriveAddress } from './own-address.ts'

/** The forwards, and saved data about hosts. Temporary forwards are held here but never written to disk. */
export class ForwardStore {
  readonly #file: JsonFile<ForwardFile>
  readonly #changed = new Emitter<undefined>()
  readonly onChanged = this.#changed.event
  #temporary: readonly Forward[] = []
  readonly #addresses = new Map<string, string>()

  readonly #configured: () => readonly ConfigForward[]
  #fromConfig: readonly ConfigForward[] | undefined

  /** `configured` returns the forwards of the user's SSH config, which can only be changed there. */
  constructor(file: JsonFile<ForwardFile>, configured: () => readonly ConfigForward[] = () => []) {
    this.#file = file
    this.#configured = configured
  }

  get all(): readonly Forward[] {
    return [...this.kept, ...this.#config.map(({ forward }) => forward), ...this.#temporary]
  }

  /** The saved forwards. */
  get kept(): readonly Forward[] {
    return this.#file.value.forwards
  }

  /** The config line that defines a forward; null for other forwards. */
  lineOf(id: ForwardId): { readonly path: string; readonly line: number } | null {
    const found = this.#config.find(({ forward }) => forward.id === id)
    return found ? { path: found.path, line: found.line } : null
  }

  /** Notes that the config has changed. */
  refresh(): void {
    this.#fromConfig = undefined
    this.#changed.fire(undefined)
  }

  get #config(): readonly ConfigForward[] {
    this.#fromConfig ??= this.#configured()
    return this.#fromConfig
  }

  get rules(): Readonly<Record<string, PortRule>> {
    return this.#file.value.rules
  }

  find(id: ForwardId): Forward | undefined {
    return this.all.find(each => each.id === id)
  }

  async put(forward: Forward): Promise<void> {
    this.#mayChange(forward.id)
    const replaced = (list: readonly Forward[]) =>
      list.some(({ id }) => id === forward.id)
        ? list.map(each => (each.id === forward.id ? forward : each))
        : [...list, forward]
    if (forward.temporary) {
      this.#temporary = replaced(this.#temporary)
      return this.#changed.fire(undefined)
    }
    this.#temporary = this.#temporary.filter(({ id }) => id !== forward.id)
    await this.#save({ forwards: replaced(this.#file.value.forwards) as Forward[] })
  }

  async remove(id: ForwardId): Promise<void> {
    this.#mayChange(id)
    this.#temporary = this.#temporary.filter(each => each.id !== id)
    await this.#save({ forwards: this.#file.value.forwards.filter(each => each.id !== id) })
  }

  /** The saved forward of a preset on a host, with the given destination machine. */
  ofPreset(target: Target, presetId: PresetId, address: string): Forward | undefined {
    return this.all.find(
      each =>
        each.presetId === presetId && targetKey(each.target) === targetKey(target) && addressOf(each.to) === address,
    )
  }

  /** The local forward to a port of the host itself. */
  toPort(target: Target, port: number): Forward | undefined {
    return this.all.find(
      ({ kind, to, target: other }) =>
        kind === 'local' &&
        to?.kind === 'tcp' &&
        to.port === port &&
        isSelf(to.address) &&
        targetKey(other) === targetKey(target),
    )
  }

  /**
   * The local loopback address reserved for a host; each destination machine behind it has another one. It is the same
   * after every restart.
   */
  addressOf(target: Target, machine = 'localhost'): string {
    const key = isSelf(machine) ? targetKey(target) : `${targetKey(target)} ${machine}`
    const { addresses } = this.#file.value
    const known = addresses[key] ?? this.#addresses.get(key)
    if (known !== undefined) return known
    const address = deriveAddress(key, new Set([...Object.values(addresses), ...this.#addresses.values()]))
    this.#addresses.set(key, address)
    // If the file can't be written, the next start derives the same address; only collisions might be resolved
    // differently.
    void this.#file.save({ ...this.#file.value, addresses: { ...addresses, [key]: address } }).catch(() => {})
    return address
  }

  rule(target: Target): PortRule {
    return this.rules[targetKey(target)] ?? 'ask'
  }

  setRule(target: Target, rule: PortRule): Promise<void> {
    return this.#save({ rules: { ...this.rules, [targetKey(target)]: rule } })
  }

  isIgnored(target: Target, port: number): boolean {
    return this.#file.value.ignored[targetKey(target)]?.includes(port) ?? false
  }

  ignore(target: Target, port: number): Promise<void> {
    const { ignored } = this.#file.value
    const key = targetKey(target)
    return this.#save({ ignored: { ...ignored, [key]: [...new Set([...(ignored[key] ?? []), port])].slice(-1000) } })
  }

  flush(): Promise<void> {
    return this.#file.flush()
  }

  #mayChange(id: ForwardId): void {
    const at = this.lineOf(id)
    if (at)
      throw new AppError('invalid-input', `This forward is defined in ${at.path}, line ${at.line}. Change it there.`)
  }

  async #save(change: Partial<ForwardFile>): Promise<void> {
    await this.#file.save({ ...this.#file.value, ...change })
    this.#changed.fire(undefined)
  }
}

function isSelf(machine: string): boolean {
  return /^(localhost|127\.0\.0\.1|::1)$/.test(machine)
}

function addressOf(to: Endpoint | null): string | null {
  return to?.kind === 'tcp' ? to.address : null
}
