import { AppError } from '../../shared/base/errors.ts'
import { Emitter } from '../../shared/base/event.ts'
import type { Services } from '../../shared/contract/contract.ts'
import type { KnownHostEntry } from '../../shared/contract/keys.ts'
import type { Dialer } from '../ssh/dialer.ts'
import { fingerprint, keyType, shownType } from '../ssh/fingerprint.ts'
import { knownHostsName, speaksOf } from '../ssh/known-hosts.ts'
import type { FiledLine, KnownHostsFile } from '../ssh/known-hosts-file.ts'

type Contract = Services['knownHosts']

const types = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512'] as const

/** The person's known_hosts as a page: read anew each time, as other programs write it too. */
export class KnownHostsService implements Contract {
  readonly #changed = new Emitter<readonly KnownHostEntry[]>()
  readonly onChanged = this.#changed.event
  readonly #file: KnownHostsFile
  readonly #dialer: Dialer

  constructor(file: KnownHostsFile, dialer: Dialer) {
    this.#file = file
    this.#dialer = dialer
  }

  list: Contract['list'] = async () => (await this.#file.own()).map(shown)

  find: Contract['find'] = async ({ name }) => {
    const wanted = name.trim().toLowerCase()
    return (await this.#file.own()).filter(line => speaksOf(line, wanted)).map(shown)
  }

  remove: Contract['remove'] = async ({ lines }) => {
    for (const path of new Set(lines.map(each => each.path)))
      await this.#file.remove(
        path,
        lines.filter(each => each.path === path).map(({ line, text }) => ({ number: line, text })),
      )
    await this.announce()
  }

  add: Contract['add'] = async ({ address, port, fingerprint: wanted }) => {
    const print = wanted.startsWith('SHA256:') ? wanted : `SHA256:${wanted}`
    const offered: string[] = []
    for (const type of types) {
      const key = await this.#dialer.readHostKey({ address, port, type })
      if (!key) continue
      offered.push(`${shownType(keyType(key))} ${fingerprint(key)}`)
      if (fingerprint(key) !== print.replace(/=+$/, '')) continue
      const name = knownHostsName(address, port)
      if ((await this.#file.judge(name, key)).kind !== 'known') await this.#file.add(name, key)
      return this.announce()
    }
    throw new AppError(
      'host-key-rejected',
      `${address} has no key with this fingerprint. It offers ${offered.join(', ') || 'none that Hawser can use'}. Nothing was added.`,
    )
  }

  async announce(): Promise<void> {
    this.#changed.fire(await this.list())
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
