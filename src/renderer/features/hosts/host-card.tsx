import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine'
import { Files, Info, Server, Star } from 'lucide-react'
import { Fragment, memo, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'

import type { Host } from '../../../shared/contract/hosts.ts'
import { IconButton } from '../../ui/button.tsx'
import { dragSource } from '../../ui/drag-source.ts'
import { acceptFiles } from '../../ui/file-drag.ts'
import { Menu, type MenuItem } from '../../ui/menu.tsx'
import { Dot, Tag } from '../../ui/tag.tsx'
import type { HostActions, HostLive } from './host-actions.ts'
import css from './hosts.module.css'
import { edit, selectHost } from './hosts-state.ts'
import { shownAddress, useHosts } from '../../mirrors/hosts.ts'

export interface HostCardProps {
  readonly host: Host
  readonly actions: HostActions
  readonly live: HostLive | undefined
  readonly selected: boolean
  readonly pathOf: (file: File) => string
}

/** One host. A click connects to it. */
export const HostCard = memo(function HostCard({ host, actions, live, selected, pathOf }: HostCardProps) {
  // The menu is created on hover or focus: a menu in every card would make the page slow.
  const [menu, setMenu] = useState('none')
  // Before the next event: a button that is replaced between press and release gets no click.
  const near = () => setMenu(now => (now === 'none' ? 'closed' : now))
  const ref = useRef<HTMLDivElement>(null)
  const problem = useHosts(state => state.book.config.hosts[host.id]?.problem ?? null)
  const weak = useHosts(state => (state.book.config.hosts[host.id]?.weak.length ?? 0) > 0) || host.weakAlgorithms
  const hasTag = live !== undefined || problem !== null || weak || host.tags.length > 0
  useEffect(() => {
    const element = ref.current
    if (!element) return
    return combine(
      dragSource(element, { data: () => ({ kind: 'host', hostId: host.id }), label: () => host.label }),
      // Files dropped on a host are uploaded to its home folder.
      acceptFiles(element, {
        onOver: count => element.toggleAttribute('data-over', count !== null),
        onDrop: files => actions.sendHome(host, files),
        pathOf,
        onProblem: () => {},
      }),
    )
  }, [host, actions, pathOf])
  return (
    <div
      ref={ref}
      className={css['card']}
      data-selected={selected}
      data-host={host.id}
      onPointerEnter={() => flushSync(near)}
      onFocus={near}
    >
      <button
        type="button"
        className={css['main']}
        aria-label={host.label}
        title={`Connect to ${shownAddress(host)}`}
        onClick={() => actions.connect(host)}
      />
      <span className={css['avatar']} data-tone={live?.tone}>
        <Server size={17} aria-hidden="true" />
      </span>
      <span className={css['name']}>
        <span className={css['label']}>{host.label}</span>
        {host.favourite && <Star size={12} className={css['star']} aria-label="Favourite" />}
      </span>
      <span className={css['side']}>
        {actions.lines.map((Line, index) => (
          <Line key={index} target={{ kind: 'host', hostId: host.id }} brief={hasTag} />
        ))}
        {live ? (
          <Tag tone={live.tone}>
            <Dot tone={live.tone} label="" /> {live.text}
          </Tag>
        ) : problem ? (
          <Tag tone="bad">line {problem.line}</Tag>
        ) : weak ? (
          <Tag tone="warn">weak</Tag>
        ) : (
          host.tags[0] !== undefined && <Tag>{host.tags[0]}</Tag>
        )}
      </span>
      <span className={css['row']}>
        <span className={css['sub']}>{shownAddress(host)}</span>
        <span className={css['latency']}>{live?.latencyMs == null ? '' : `${live.latencyMs} ms`}</span>
      </span>
      <span className={css['tools']}>
        <IconButton small label={`Files on ${host.label}`} onClick={() => actions.openFiles(host)}>
          <Files size={15} />
        </IconButton>
        {actions.menus.map(({ icon, label, items }) => {
          const name = label(host.label)
          const button = (
            <IconButton small label={name} onClick={menu === 'none' ? () => setMenu(name) : undefined}>
              {icon}
            </IconButton>
          )
          return menu === 'none' ? (
            <Fragment key={name}>{button}</Fragment>
          ) : (
            <Menu key={name} open={menu === name} trigger={button} items={() => items(host)} />
          )
        })}
        <IconButton
          small
          label={`Details of ${host.label}`}
          aria-pressed={selected}
          onClick={() => selectHost(selected ? null : host.id)}
        >
          <Info size={15} />
        </IconButton>
      </span>
    </div>
  )
})

/** The context menu of a host. */
export function hostMenu(host: Host, actions: HostActions): readonly MenuItem[] {
  const config = useHosts.getState().book.config.hosts[host.id]
  const first: readonly MenuItem[] = [
    { label: 'Connect', run: () => actions.connect(host) },
    { label: 'Browse files', run: () => actions.openFiles(host) },
    { label: 'Edit host', line: true, run: () => edit({ kind: 'host', host }) },
  ]
  const favourite: MenuItem = {
    label: host.favourite ? 'Remove from favourites' : 'Add to favourites',
    run: () => actions.save({ ...host, favourite: !host.favourite }),
  }
  const copy: MenuItem = { label: 'Copy address', run: () => actions.copyAddress(host) }
  if (config) {
    const { path, line } = config.problem ?? config
    return [
      ...first,
      { label: `Open SSH config at line ${line}`, run: () => actions.openConfig(path, line) },
      { label: 'Import into Hawser', run: () => actions.copyConfigured(host) },
      favourite,
      copy,
    ]
  }
  return [
    ...first,
    { label: 'Duplicate host', run: () => actions.duplicate(host) },
    { label: 'Paste address', run: () => actions.pasteAddress(host) },
    favourite,
    copy,
    { label: 'Delete host', danger: true, line: true, run: () => actions.remove(host) },
  ]
}
