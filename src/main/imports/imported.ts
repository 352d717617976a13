import { cleanLine } from '../../shared/base/clean-text.ts'
import { isNetworkOrDevicePath } from '../../shared/base/local-file-path.ts'
import { isSshUrl, readSshUrl } from '../../shared/base/ssh-url.ts'
import { address, userName } from '../../shared/contract/hosts.ts'
import { importedHost, type ImportedHost } from '../../shared/contract/imports.ts'
import { decodeImport } from './decode-import.ts'

/** The result of reading one format. */
export interface Found {
  readonly hosts: readonly ImportedHost[]
  readonly skipped: readonly string[]
}

/** A host as described in a file, not yet validated. */
export interface Draft {
  readonly label?: string | undefined
  readonly address?: string | undefined
  readonly port?: string | number | null | undefined
  readonly user?: string | undefined
  readonly keyFile?: string | undefined
  readonly jumps?: readonly { readonly address: string; readonly port: number | null; readonly user: string | null }[]
  readonly groups?: readonly string[]
  readonly tags?: readonly string[]
  readonly proxy?: ImportedHost['proxy']
  readonly forwardAgent?: boolean
  readonly own?: Partial<Pick<ImportedHost, 'signIn' | 'weakAlgorithms' | 'favourite' | 'look'>>
  readonly forwards?: readonly string[]
  readonly notes?: readonly string[]
}

/** Collects hosts; invalid ones are reported by name. */
export class Collector {
  readonly #hosts: ImportedHost[] = []
  readonly #skipped: string[] = []

  add(draft: Draft): void {
    if (draft.address === undefined || !isSshUrl(draft.address.trim())) return this.#add(draft)
    const read = readSshUrl(draft.address.trim())
    if (!read.ok) return this.skip(`${cleanLine(draft.label ?? '', 128) || 'Unnamed host'}: ${read.message}`)
    const { address: host, user, port: number } = read.url.destination
    this.#add({
      ...draft,
      label: draft.label || host,
      address: host,
      user: user ?? draft.user,
      port: number ?? draft.port,
    })
  }

  #add(draft: Draft): void {
    const name = cleanLine(draft.label ?? '', 128) || cleanLine(draft.address ?? '', 128) || 'Unnamed host'
    // PuTTY and WinSCP accept user@host as the address.
    const [, before, host] = /^(?:(.*)@)?([^@]*)$/.exec((draft.address ?? '').trim()) ?? []
    const [, inner, outer, behind] = /^(?:\[(.*)\]|([^:]*|.*:.*:.*))(?::(\d+))?$/.exec(host ?? '') ?? []
    const where = inner ?? outer ?? host ?? ''
    if (!address.safeParse(where).success)
      return this.skip(
        `${name}: ${where === '' ? 'has no address' : `“${cleanLine(where, 80)}” is not a valid address`}`,
      )
    // Without its gateway a host would be dialed directly, which was not intended.
    const lost = draft.jumps?.find(jump => !address.safeParse(jump.address).success)
    if (lost) return this.skip(`${name}: jump host “${cleanLine(lost.address, 80)}” is not a valid address`)
    const notes = [...(draft.notes ?? [])]
    const user = before || draft.user || null
    if (user !== null && !userName.safeParse(user).success) notes.push(`invalid user “${cleanLine(user, 40)}” ignored`)
    const given = draft.port ?? behind
    const number = Number(given ?? 22)
    const usable = Number.isInteger(number) && number >= 1 && number <= 65_535
    if (!usable) notes.push(`invalid port “${cleanLine(String(given), 20)}” ignored`)
    const keyFile = cleanLine(draft.keyFile ?? '', 1024)
    const foreign = isNetworkOrDevicePath(keyFile)
    if (foreign) notes.push(`key file ${keyFile} is on another computer and was ignored`)
    const candidate = importedHost.safeParse({
      label: name,
      address: where,
      port: usable && number !== 22 ? number : null,
      user: user !== null && userName.safeParse(user).success ? user : null,
      keyFile: foreign ? null : keyFile || null,
      jumps: draft.jumps ?? [],
      groups: (draft.groups ?? []).map(group => cleanLine(group, 128)).filter(Boolean),
      tags: [...new Set((draft.tags ?? []).map(tag => cleanLine(tag, 32)).filter(Boolean))].slice(0, 32),
      proxy: draft.proxy ?? null,
      forwardAgent: draft.forwardAgent ?? false,
      forwards: draft.forwards ?? [],
      ...draft.own,
      note: notes.join('; ').slice(0, 1024),
    })
    if (candidate.success) this.#hosts.push(candidate.data)
    else this.skip(`${name}: ${candidate.error.issues[0]?.message ?? 'not valid'}`)
  }

  skip(text: string): void {
    this.#skipped.push(text)
  }

  get found(): Found {
    return { hosts: this.#hosts, skipped: this.#skipped }
  }
}

/**
 * Decodes `%20` and the like, as UTF-8 or a code page; any other percent sign is kept. The byte order mark by which
 * WinSCP marks UTF-8 is removed.
 */
export function percentDecoded(text: string): string {
  const decoded = text.replace(/(?:%[0-9A-Fa-f]{2})(?:[\0-\x7f]*%[0-9A-Fa-f]{2})*/g, run => {
    const bytes = run.replace(/%([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    return decodeImport(Buffer.from(bytes, 'latin1'))
  })
  return decoded.replaceAll('\uFEFF', '')
}
