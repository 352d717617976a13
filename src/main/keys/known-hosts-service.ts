import { AppError } from '../../shared/base/errors.ts'
import { Emitter } from '../../shared/base/event.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import { Operations } from '../work/operations.ts'
import type { Services } from '../../shared/contract/contract.ts'
import type { KnownHostEntry } from '../../shared/contract/keys.ts'
import type { Dialer } from '../ssh/dialer.ts'
import { fingerprint, keyType, shownType } from '../ssh/fingerprint.ts'
import { knownHostsName, speaksOf } from '../ssh/known-hosts.ts'
import type { FiledLine, KnownHostsFile } from '../ssh/known-hosts-file.ts'

type Contract = Services['knownHosts']
type Input<K extends keyof Contract> = Parameters<Contract[K]>[0]

const types = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512'] as const

/** The user's known_hosts files for the window. They are read again each time, since other programs write them too. */
export class KnownHostsService implements Contract, Disposable {
  readonly #changed = new Emitter<readonly KnownHostEntry[]>()
  readonly onChanged = this.#changed.event
  readonly #file: KnownHostsFile
  readonly #dialer: Pick<Dialer, 'readHostKey'>
  readonly #operations = new Operations<'add'>()

  constructor(file: KnownHostsFile, dialer: Pick<Dialer, 'readHostKey'>) {
    this.#file = file
    this.#dialer = dialer
  }

  async list(): Promise<KnownHostEntry[]> {
    return (await this.#file.own()).map(shown)
  }

  async find({ name }: Input<'find'>): Promise<KnownHostEntry[]> {
    const wanted = name.trim().toLowerCase()
    return (await this.#file.own()).filter(line => speaksOf(line, wanted)).map(shown)
  }

  async remove({ lines }: Input<'remove'>): Promise<void> {
    for (const path of new Set(lines.map(each => each.path)))
      await this.#file.remove(
        path,
        lines.filter(each => each.path === path).map(({ line, text }) => ({ number: line, text })),
      )
    await this.announce()
  }

  add(given: Input<'add'>): Promise<void> {
    this.#operations.cancel('add')
    return this.#operations.run('add', signal => this.#add(given, signal))
  }

  cancelAdd(): void {
    return this.#operations.cancel('add')
  }

  async announce(): Promise<void> {
    this.#changed.fire(await this.list())
  }

  dispose(): void {
    this.#operations.dispose()
    this.#changed.dispose()
  }

  async #add({ address, port, fingerprint: wanted }: Input<'add'>, signal: AbortSignal): Promise<void> {
    const print = wanted.startsWith('SHA256:') ? wanted : `SHA256:${wanted}`
    const offered: string[] = []
    for (const type of types) {
      const key = await this.#dialer.readHostKey({ address, port, type, signal })
      if (!key) continue
      offered.push(`${shownType(keyType(key))} ${fingerprint(key)}`)
      if (fingerprint(key) !== print.replace(/=+$/, '')) continue
      const name = knownHostsName(address, port)
      if ((await this.#file.judge(name, key)).kind !== 'known') await this.#file.add(name, key)
      return this.announce()
    }
    throw new AppError(
      'host-key-rejected',
      `${address} has no host key with this fingerprint. It offers ${offered.join(', ') || 'none that Hawser supports'}. Nothing was added.`,
    )
  }
}

function shown({ path, number, hosts, marker, type, key, comment, text }: FiledLine): KnownHostEntry {
  const hashed = hosts.startsWith('|')
  const names = hashed ? '' : hosts
  return {
    path,
    line: number,
    text,
    names,
    hashed,
    marker,
    type: shownType(type),
    fingerprint: fingerprint(key),
    comment,
  }
}
