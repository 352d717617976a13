import { dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { ChevronDown, ChevronRight, FolderPlus, Import, Plus, Server, TriangleAlert } from 'lucide-react'
import { useEffect, useMemo, useRef, useState, type MouseEvent } from 'react'

import { address, type Host, type HostId } from '../../../shared/contract/hosts.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { ContextMenu, Menu } from '../../ui/menu.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import page from '../../ui/page.module.css'
import ui from '../../ui/text.module.css'
import type { DoorSection } from '../../workspace/door.ts'
import type { HostActions, HostLive } from './host-actions.ts'
import { Cards } from './cards.tsx'
import { HostCard, hostMenu } from './host-card.tsx'
import { HostDetails } from './host-details.tsx'
import css from './hosts.module.css'
import { edit, matchingHosts, sectionsOf, type Section, useHostsView } from './hosts-state.ts'
import { parseQuickConnect, plainAddress, typedHint } from './quick-connect.ts'
import { useHosts } from '../../mirrors/hosts.ts'

export interface HostsPageProps {
  readonly actions: HostActions
  readonly live: ReadonlyMap<HostId, HostLive>
  readonly pathOf: (file: File) => string
  /** Sections of a host's details that other features draw. */
  readonly beside: readonly DoorSection[]
}

/** The hosts in their groups, with the field that finds and connects. */
export function HostsPage({ actions, live, pathOf, beside }: HostsPageProps) {
  const { book, loaded } = useHosts()
  const { filter, selected } = useHostsView()
  const [problem, setProblem] = useState<string | null>(null)
  const input = useRef<HTMLInputElement>(null)
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null)
  const [menuHost, setMenuHost] = useState<Host | null>(null)
  const filtered = filter.trim() !== ''
  const typed = useMemo(() => parseQuickConnect(filter), [filter])
  const found = useMemo(() => matchingHosts(book.hosts, filter), [book.hosts, filter])
  const sections = useMemo(() => sectionsOf(found, book, filtered), [found, book, filtered])
  const shown = book.hosts.find(host => host.id === selected)

  useEffect(() => input.current?.focus(), [])

  // A saved host with this name wins over a new address: it brings its user, key and jump host.
  const saved = /[@\s]/.test(filter.trim())
    ? undefined
    : book.hosts.find(host => [host.label, host.address].includes(filter.trim()))
  const enter = () => {
    if (saved) actions.connect(saved)
    else if (typed.kind === 'address') actions.connectTo(typed)
    else if (found[0] && filtered) actions.connect(found[0])
    else if (book.config.left > 0 && address.safeParse(filter.trim()).success)
      actions.connectTo(plainAddress(filter.trim()))
    else if (typed.kind === 'wrong') return setProblem(typed.message)
    else if (filtered) return setProblem('No hosts match. Type user@address to connect to a new one.')
    else return
    useHostsView.setState({ filter: '' })
  }
  // All cards share one menu: a menu for each would cost more than the page itself.
  const chooseMenuHost = (event: MouseEvent) => {
    const id = (event.target as Element).closest('[data-host]')?.getAttribute('data-host')
    const host = book.hosts.find(each => each.id === id)
    if (host) setMenuHost(host)
    else event.stopPropagation()
  }
  return (
    <div className={css['layout']}>
      <ContextMenu items={menuHost ? hostMenu(menuHost, actions) : []}>
        <div ref={setScroller} className={page['page']} onContextMenuCapture={chooseMenuHost}>
          <h1 className={ui['hidden']}>Hosts</h1>
          <div className={css['bar']}>
            <SearchField
              ref={input}
              label="Find or connect"
              placeholder="Find a host, or type ubuntu@10.0.4.7 -p 2222 to connect"
              value={filter}
              onText={text => {
                setProblem(null)
                useHostsView.setState({ filter: text })
              }}
              onKeyDown={event => {
                if (event.key === 'Enter') enter()
                if (event.key === 'Escape') useHostsView.setState({ filter: '' })
              }}
            />
            {typed.kind === 'address' && (
              <Button look="primary" onClick={enter}>
                Connect
              </Button>
            )}
            <Button onClick={() => edit({ kind: 'import' })}>
              <Import size={15} aria-hidden="true" /> Import
            </Button>
            <IconButton label="New group" onClick={() => edit({ kind: 'group', group: null })}>
              <FolderPlus size={17} />
            </IconButton>
            <Button
              look={typed.kind === 'address' ? 'ghost' : 'primary'}
              onClick={() => edit({ kind: 'host', host: null })}
            >
              <Plus size={16} aria-hidden="true" /> New host
            </Button>
          </div>
          {problem !== null && (
            <p className={ui['error']} role="alert">
              {problem}
            </p>
          )}
          {typed.kind === 'address' && (
            <p className={css['hint']}>{saved ? `Press Enter to connect to ${saved.label}.` : typedHint(typed)}</p>
          )}
          {book.config.notes.length > 0 && (
            <div className={ui['note']} data-tone="warn" role="note">
              <TriangleAlert size={16} aria-hidden="true" />
              <div>
                Hosts from the SSH config can’t be used until these errors are fixed:
                <ul className={css['notes']}>
                  {book.config.notes.slice(0, 5).map(note => (
                    <li key={`${note.path}:${note.line}`}>
                      {note.path}, line {note.line}: {note.text}.
                    </li>
                  ))}
                </ul>
              </div>
            </div>
          )}
          {sections.map(section => (
            <SectionView
              key={section.id}
              section={section}
              actions={actions}
              live={live}
              pathOf={pathOf}
              filtered={filtered}
              selected={selected}
              scroller={scroller}
            />
          ))}
          {loaded && book.hosts.length === 0 && book.groups.length === 0 && !filtered && <Welcome actions={actions} />}
          {book.config.left > 0 && (
            <p className={css['hint']}>{hiddenText(book.config.left)} Type a name above to connect to it.</p>
          )}
          {filtered && found.length === 0 && typed.kind !== 'address' && (
            <p className={css['hint']}>No hosts match “{filter.trim()}”.</p>
          )}
        </div>
      </ContextMenu>
      {shown && <HostDetails host={shown} actions={actions} live={live.get(shown.id)} beside={beside} />}
    </div>
  )
}

function hiddenText(count: number): string {
  return count === 1
    ? '1 more host in the SSH config is not shown.'
    : `${count.toLocaleString('en')} more hosts in the SSH config are not shown.`
}

function Welcome({ actions }: { readonly actions: HostActions }) {
  return (
    <div className={page['empty']}>
      <Server size={36} strokeWidth={1.25} aria-hidden="true" />
      <div>
        <strong>No hosts yet</strong>
        <p>
          Add the machines you work on, or import them from another program. Hosts in ~/.ssh/config appear
          automatically. You can also type user@address above and press Enter.
        </p>
      </div>
      <div className={css['bar']}>
        <Button look="primary" onClick={() => edit({ kind: 'host', host: null })}>
          <Plus size={16} aria-hidden="true" /> Add host
        </Button>
        <Button onClick={() => edit({ kind: 'import' })}>Import hosts</Button>
        <Button onClick={actions.openLocal}>Open local shell</Button>
      </div>
    </div>
  )
}

interface SectionProps {
  readonly section: Section
  readonly actions: HostActions
  readonly live: HostsPageProps['live']
  readonly pathOf: HostsPageProps['pathOf']
  readonly filtered: boolean
  readonly selected: HostId | null
  readonly scroller: HTMLDivElement | null
}

function SectionView({ section, actions, live, pathOf, filtered, selected, scroller }: SectionProps) {
  const { group } = section
  const folded = group?.folded === true && !filtered
  const { ref, over } = useDrop(section, actions)
  return (
    <section ref={ref} aria-label={section.label} className={css['section']} data-over={over}>
      <h2 className={css['heading']}>
        {group ? (
          <button type="button" aria-expanded={!folded} onClick={() => actions.foldGroup(group.id, !folded)}>
            {folded ? <ChevronRight size={14} aria-hidden="true" /> : <ChevronDown size={14} aria-hidden="true" />}
            {section.label}
          </button>
        ) : (
          section.label
        )}
        <span className={css['count']}>{section.hosts.length}</span>
        {group && (
          <Menu
            trigger={
              <IconButton small label={`Actions for group ${section.label}`}>
                <span aria-hidden="true">⋯</span>
              </IconButton>
            }
            items={[
              {
                label: 'New host in this group',
                run: () => edit({ kind: 'host', host: null, preset: { groupId: group.id } }),
              },
              { label: 'Edit group', run: () => edit({ kind: 'group', group }) },
              { label: 'Delete group', danger: true, line: true, run: () => actions.removeGroup(group.id) },
            ]}
          />
        )}
      </h2>
      {!folded && section.hosts.length > 0 && (
        <Cards
          hosts={section.hosts}
          scroller={scroller}
          card={host => (
            <HostCard
              key={host.id}
              host={host}
              actions={actions}
              live={live.get(host.id)}
              pathOf={pathOf}
              selected={host.id === selected}
            />
          )}
        />
      )}
      {!folded && section.hosts.length === 0 && (
        <p className={css['hint']}>Drag hosts here to add them to this group.</p>
      )}
    </section>
  )
}

/** Accepts hosts dropped on a group, or on the hosts outside of any group. */
function useDrop(section: Section, actions: HostActions) {
  const ref = useRef<HTMLElement>(null)
  const [over, setOver] = useState(false)
  useEffect(() => {
    const element = ref.current
    if (!element || ['favourites', 'recent', 'config'].includes(section.id)) return
    return dropTargetForElements({
      element,
      canDrop: ({ source }) => source.data['kind'] === 'host',
      onDragEnter: () => setOver(true),
      onDragLeave: () => setOver(false),
      onDrop: ({ source }) => {
        setOver(false)
        const host = useHosts.getState().book.hosts.find(each => each.id === source.data['hostId'])
        if (host) actions.save({ ...host, groupId: section.group?.id ?? null })
      },
    })
  }, [section, actions])
  return { ref, over }
}
