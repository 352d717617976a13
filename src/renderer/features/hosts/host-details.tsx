import { Ellipsis, Server, SquareTerminal, X } from 'lucide-react'

import type { ReactNode } from 'react'

import type { Host } from '../../../shared/contract/hosts.ts'
import { inheritedFrom } from '../../../shared/contract/inheritance.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { Tag } from '../../ui/tag.tsx'
import ui from '../../ui/ui.module.css'
import { ConfigPart, RouteRows } from './host-details-parts.tsx'
import type { HostActions, HostLive } from './host-actions.ts'
import { hostMenu } from './host-card.tsx'
import css from './hosts.module.css'
import { edit, groupPath, selectHost, useHosts } from './hosts-store.ts'

/** The details of one host, beside the list. */
export function HostDetails({
  host,
  actions,
  live,
  forwards,
  snippets,
}: {
  readonly host: Host
  readonly actions: HostActions
  readonly live: HostLive | undefined
  readonly forwards: ReactNode
  readonly snippets: ReactNode
}) {
  const { hosts, groups, secrets, config } = useHosts(state => state.book)
  const configured = config.hosts[host.id]
  const inherited = inheritedFrom(host.groupId, groups)
  const jump = hosts.find(other => other.id === (host.jumpHostId ?? inherited.jumpHostId))
  return (
    <aside className={css['details']} aria-label={`Details of ${host.label}`}>
      <div className={css['detailsHead']}>
        <span className={css['avatar']} data-tone={live?.tone}>
          <Server size={17} aria-hidden="true" />
        </span>
        <div className={css['grow']}>
          <h2>{host.label}</h2>
          <p>{[groupPath(host.groupId, groups), lastUsed(host)].filter(Boolean).join(' · ')}</p>
        </div>
        <Menu
          trigger={
            <IconButton label="More actions">
              <Ellipsis size={16} />
            </IconButton>
          }
          items={hostMenu(host, actions)}
        />
        <IconButton label="Close details" onClick={() => selectHost(null)}>
          <X size={16} />
        </IconButton>
      </div>
      <div className={css['bar']}>
        <Button look="primary" className={css['grow']} onClick={() => actions.connect(host)}>
          <SquareTerminal size={16} aria-hidden="true" /> Connect
        </Button>
        <Button onClick={() => edit({ kind: 'host', host })}>Edit</Button>
      </div>
      <dl className={ui['pairs']}>
        <dt>Address</dt>
        <dd className={ui['mono']}>
          {host.address}:{host.port ?? 22}
        </dd>
        <dt>User</dt>
        <dd className={ui['mono']}>{host.user ?? inherited.user ?? 'Local user name'}</dd>
        <dt>Sign in with</dt>
        <dd>{signInText(host, secrets[host.id] ?? [])}</dd>
        <dt>Jump host</dt>
        <dd>{configured ? configured.jumps || '—' : (jump?.label ?? '—')}</dd>
        <RouteRows host={host} proxy={host.proxy ?? inherited.proxy} />
        {(host.weakAlgorithms || (configured && configured.weak.length > 0)) && (
          <>
            <dt>Algorithms</dt>
            <dd>
              <Tag tone="warn">weak allowed</Tag> {configured?.weak.join(', ')}
            </dd>
          </>
        )}
        {host.tags.length > 0 && (
          <>
            <dt>Tags</dt>
            <dd className={css['tags']}>
              {host.tags.map(tag => (
                <Tag key={tag}>{tag}</Tag>
              ))}
            </dd>
          </>
        )}
      </dl>
      {configured && <ConfigPart config={configured} />}
      <section aria-label={`Forwards of ${host.label}`}>
        <h3 className={css['part']}>Forwards</h3>
        {forwards}
      </section>
      <section aria-label={`Snippets of ${host.label}`}>
        <h3 className={css['part']}>Snippets</h3>
        {snippets}
      </section>
    </aside>
  )
}

function signInText(host: Host, kept: readonly string[]): string {
  switch (host.signIn) {
    case 'ask':
      return kept.includes('password') ? 'Agent, keys, saved password' : 'Agent, keys, then prompt'
    case 'password':
      return kept.includes('password') ? 'Password · saved' : 'Password'
    case 'key':
      return `Key · ${host.keyFile ?? (kept.includes('private-key') ? 'saved in the vault' : 'default')}`
    case 'agent':
      return 'Agent'
  }
}

function lastUsed({ lastUsed: at }: Host): string {
  if (at === null) return 'Never used'
  const minutes = Math.round((Date.now() - at) / 60_000)
  const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
  if (minutes < 60) return `Last used ${format.format(-minutes, 'minute')}`
  if (minutes < 48 * 60) return `Last used ${format.format(-Math.round(minutes / 60), 'hour')}`
  return `Last used ${format.format(-Math.round(minutes / 1440), 'day')}`
}
