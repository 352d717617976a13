import { useState } from 'react'

import type { Group, Host, HostId, Proxy } from '../../../shared/contract/hosts.ts'
import { inheritedFrom } from '../../../shared/contract/inheritance.ts'
import { Select, TextField } from '../../ui/field.tsx'
import css from './hosts.module.css'

/** What a proxy needs. */
export const proxySentence = 'A proxy needs an address and a port from 1 to 65535.'

/** Which proxy leads to a host or the hosts of a group. */
export function ProxyFields({ proxy, error }: { readonly proxy: Proxy | null; readonly error: string | undefined }) {
  const [kind, setKind] = useState<string>(proxy?.kind ?? '')
  return (
    <>
      <Select
        label="Proxy"
        name="proxyKind"
        value={kind}
        onChange={event => setKind(event.target.value)}
        error={kind === '' ? undefined : error}
      >
        <option value="">None</option>
        <option value="socks5">SOCKS 5</option>
        <option value="socks4">SOCKS 4</option>
        <option value="http">HTTP</option>
      </Select>
      {kind !== '' && (
        <>
          <TextField
            label="Proxy user"
            name="proxyUser"
            defaultValue={proxy?.user ?? ''}
            placeholder="None"
            hint="Its password is asked for once, and can be remembered."
          />
          <div className={css['address']}>
            <TextField label="Proxy address" name="proxyAddress" defaultValue={proxy?.address ?? ''} />
            <TextField label="Proxy port" name="proxyPort" inputMode="numeric" defaultValue={proxy?.port ?? ''} />
          </div>
        </>
      )}
    </>
  )
}

/** What the fields of a proxy say, for the schema to check; null for none. */
export function readProxy(data: FormData): unknown {
  const text = (name: string) => String(data.get(name) ?? '').trim()
  const kind = text('proxyKind')
  if (kind === '') return null
  return { kind, address: text('proxyAddress'), port: Number(text('proxyPort')), user: text('proxyUser') || null }
}

interface Book {
  readonly hosts: readonly Host[]
  readonly groups: readonly Group[]
}

/** The labels of the hosts that a way leads through, the first first; ends where it would go in a circle. Pure. */
export function pathThrough(jumpHostId: HostId | null, { hosts, groups }: Book): readonly string[] {
  const labels: string[] = []
  const seen = new Set<HostId>()
  for (let id = jumpHostId; id !== null && !seen.has(id);) {
    seen.add(id)
    const host = hosts.find(each => each.id === id)
    labels.unshift(host?.label ?? 'a deleted host')
    id = host ? (host.jumpHostId ?? inheritedFrom(host.groupId, groups).jumpHostId) : null
  }
  return labels
}

/** The way from here to a host, drawn. */
export function PathDrawing({ hops, last }: { readonly hops: readonly string[]; readonly last: string }) {
  return (
    <ol className={css['path']} aria-label="Path">
      {['This computer', ...hops, last].map((label, index) => (
        <li key={index}>{label}</li>
      ))}
    </ol>
  )
}

interface JumpFieldProps {
  readonly book: Book
  readonly own: HostId | null
  readonly jumpHostId: HostId | null
  readonly groupId: Host['groupId']
  readonly label: string
  readonly error: string | undefined
}

/** The host to jump by, with the whole way beneath it: each host has its own jump host, so that it can be of any length. */
export function JumpField({ book, own, jumpHostId, groupId, label, error }: JumpFieldProps) {
  const [chosen, setChosen] = useState(jumpHostId ?? '')
  const effective = (chosen === '' ? inheritedFrom(groupId, book.groups).jumpHostId : chosen) as HostId | null
  const hops = effective === null || effective === own ? [] : pathThrough(effective, book)
  return (
    <div className={css['jump']}>
      <Select
        label="Jump host"
        name="jumpHostId"
        value={chosen}
        onChange={event => setChosen(event.target.value)}
        error={error}
      >
        <option value="">None</option>
        {book.hosts
          .filter(other => other.id !== own)
          .map(other => (
            <option key={other.id} value={other.id}>
              {other.label}
            </option>
          ))}
      </Select>
      {hops.length > 0 && <PathDrawing hops={hops} last={label || 'this host'} />}
    </div>
  )
}
