import { useState } from 'react'

import type { Group, Host, HostId, Proxy } from '../../../shared/contract/hosts.ts'
import { inheritedFrom } from '../../../shared/contract/inheritance.ts'
import { Select, TextField } from '../../ui/field.tsx'
import css from './hosts.module.css'

/** The error message for an invalid proxy. */
export const proxySentence = 'Enter the address of the proxy and a port from 1 to 65535.'

/** The proxy for a host, or for the hosts of a group. */
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
        <option value="socks5">SOCKS5</option>
        <option value="socks4">SOCKS4</option>
        <option value="http">HTTP</option>
      </Select>
      {kind !== '' && (
        <>
          <TextField
            label="Proxy user"
            name="proxyUser"
            defaultValue={proxy?.user ?? ''}
            placeholder="None"
            hint="You’re prompted for the password once and can save it."
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

/** Reads the proxy fields for the schema to check; null for no proxy. */
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

/** The labels of the jump hosts on a route, nearest first. Stops at a loop. Pure. */
function pathThrough(jumpHostId: HostId | null, { hosts, groups }: Book): readonly string[] {
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

/** Draws the route from this computer to a host. */
function PathDrawing({ hops, last }: { readonly hops: readonly string[]; readonly last: string }) {
  return (
    <ol className={css['path']} aria-label="Route">
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

/** The jump host, with the whole route below it. A jump host can have its own jump host, so a route can have any length. */
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
