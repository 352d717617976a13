import { dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine'
import {
  Maximize2,
  Minimize2,
  Radio,
  Search,
  SquareSplitHorizontal,
  SquareSplitVertical,
  SquareTerminal,
  X,
} from 'lucide-react'
import { useEffect, useRef, useState } from 'react'

import type { ConfigLine } from '../../../shared/base/errors.ts'
import type { Pane } from '../../../shared/contract/workspace.ts'
import { IconButton } from '../../ui/button.tsx'
import { dragSource } from '../../ui/drag-source.ts'
import { acceptFiles } from '../../ui/file-drag.ts'
import { ContextMenu, Menu, type MenuItem } from '../../ui/menu.tsx'
import { Dot } from '../../ui/tag.tsx'
import type { DoorMenu } from '../../workspace/door.ts'
import type { Side } from '../../workspace/split-tree.ts'
import { canJoinTab, canMovePane, movePane, moveTabInto } from '../../workspace/arrange.ts'
import { dropRun, focusPane, type TerminalTab } from '../../workspace/workspace-store.ts'
import { isKept } from '../../workspace/kept-session.ts'
import { ClipboardQuestion } from './clipboard-question.tsx'
import { FindBar } from './find-bar.tsx'
import css from './terminal-pane.module.css'
import { TerminalStatus, UnsentBar, type HostForm } from './terminal-status.tsx'
import type { Terminals } from './terminals.ts'
import { isLive, lookOf, useTerminalStates } from '../../mirrors/terminals.ts'
import { useTerminals } from './terminals-state.ts'

/** The actions behind the buttons and the menu of a pane. */
export interface PaneActions {
  readonly split: (side: Side) => void
  readonly zoom: () => void
  readonly find: () => void
  readonly close: () => void
  readonly menu: readonly MenuItem[]
  /** Buttons with a menu that other features add. */
  readonly menus: readonly DoorMenu<Pane>[]
  /** Opens a file of the SSH config at a line. */
  readonly editConfig: (at: ConfigLine) => void
  /** Opens the form of the host behind the pane, or a new one for a typed address; null for a local shell. */
  readonly host: HostForm | null
}

export interface TerminalPaneProps {
  readonly pane: Pane
  readonly tab: TerminalTab
  /** The host's name, or `user@address`. */
  readonly label: string
  readonly terminals: Terminals
  readonly actions: PaneActions
  readonly pathOf: (file: File) => string
  /** Opens an address from the server's output. */
  readonly openLink: (address: string) => void
}

/** One terminal with its header, its find bar and the state of its connection. */
export function TerminalPane({ pane, tab, label, terminals, actions, pathOf, openLink }: TerminalPaneProps) {
  const state = useTerminalStates(all => all.states[pane.id])
  const finding = useTerminals(all => all.finding === pane.id)
  const unsent = useTerminals(all => all.unsent[pane.id] ?? 0)
  const ringing = useTerminals(all => all.ringing === pane.id)
  const active = tab.activePane === pane.id
  const several = Object.keys(tab.panes).length > 1
  const screen = useRef<HTMLDivElement>(null)
  const hadFocus = useRef(false)
  const { head, over, region } = useDragging(tab, pane, label)
  // An element can accept one kind of drop: the region accepts panes, the screen in it accepts files.
  useFileDrop(screen, { pane, terminals, pathOf })

  useEffect(() => {
    const client = terminals.client(pane.id, pane.target)
    const place = screen.current
    if (!place) return
    client.attach(place)
    if (hadFocus.current) client.terminal.focus()
    const observer = new ResizeObserver(() => client.fit())
    observer.observe(place)
    return () => {
      observer.disconnect()
      hadFocus.current = client.element.contains(document.activeElement)
      client.detach()
    }
  }, [pane.id, pane.target, terminals])

  const fits = tab.tmux === undefined
  useEffect(() => terminals.client(pane.id, pane.target).setFitting(fits), [fits, pane.id, pane.target, terminals])

  useEffect(() => {
    if (active && !finding) terminals.focus(pane.id)
  }, [active, finding, pane.id, terminals])

  useSignIn(pane, state?.kind === 'sign-in', terminals)

  // The button goes with its bar, and the next one says what Enter does.
  const inTerminal = (run: () => void) => () => {
    terminals.focus(pane.id)
    run()
  }

  const look = lookOf(state)
  return (
    <section
      ref={region}
      className={css['pane']}
      aria-label={`Terminal ${label}`}
      data-active={active && several}
      data-ringing={ringing}
      onFocusCapture={() => focusPane(pane.id)}
    >
      <header ref={head} className={css['header']}>
        {several ? <Dot tone={look.tone} label={look.state} /> : <SquareTerminal size={15} aria-hidden="true" />}
        <span className={css['title']}>{pane.title}</span>
        {tab.broadcast && several && (
          <span className={css['broadcast']}>
            <Radio size={12} aria-hidden="true" /> broadcasting input
          </span>
        )}
        <span className={css['grow']} />
        {actions.menus.map(({ icon, label: text, items }) => (
          <Menu
            key={text(label)}
            trigger={<IconButton label={text(label)}>{icon}</IconButton>}
            items={() => items(pane)}
          />
        ))}
        <IconButton label="Split right" onClick={() => actions.split('right')}>
          <SquareSplitHorizontal size={15} />
        </IconButton>
        <IconButton label="Split down" onClick={() => actions.split('bottom')}>
          <SquareSplitVertical size={15} />
        </IconButton>
        <IconButton label="Find" aria-pressed={finding} onClick={actions.find}>
          <Search size={15} />
        </IconButton>
        {several && (
          <IconButton
            label={tab.zoomed ? 'Restore panes' : 'Maximize pane'}
            aria-pressed={tab.zoomed}
            onClick={actions.zoom}
          >
            {tab.zoomed ? <Minimize2 size={15} /> : <Maximize2 size={15} />}
          </IconButton>
        )}
        {several && (
          <IconButton label="Close pane" onClick={actions.close}>
            <X size={15} />
          </IconButton>
        )}
      </header>
      {finding && <FindBar client={terminals.client(pane.id, pane.target)} />}
      <ContextMenu items={actions.menu}>
        <div className={css['body']}>
          {/* eslint-disable-next-line jsx-a11y-x/no-static-element-interactions -- xterm's own textarea inside takes the focus */}
          <div
            ref={screen}
            className={css['screen']}
            onMouseDown={event => {
              if (event.button === 1) event.preventDefault()
            }}
            onAuxClick={event => (event.button === 1 ? terminals.middleClick(pane.id) : undefined)}
          />
        </div>
      </ContextMenu>
      <ClipboardQuestion paneId={pane.id} label={label} terminals={terminals} />
      <TerminalStatus
        state={state}
        label={label}
        connect={inTerminal(() => void terminals.open(pane.id, pane.target))}
        cancel={inTerminal(() => terminals.cancel(pane.id))}
        reconnect={inTerminal(() => terminals.reconnect(pane.id))}
        stopReconnecting={inTerminal(() => terminals.stopReconnecting(pane.id))}
        close={actions.close}
        run={pane.run}
        openPlain={isKept(pane) ? () => openPlain(pane, terminals) : null}
        editConfig={actions.editConfig}
        host={actions.host}
        openLink={openLink}
      />
      <UnsentBar
        count={unsent}
        isLive={isLive(state)}
        send={() => terminals.sendUnsent(pane.id)}
        discard={() => terminals.discardUnsent(pane.id)}
      />
      {over !== null && <div className={css['drop']} data-side={over} />}
    </section>
  )
}

/** Opens a shell that ends with its connection, from now on. */
function openPlain(pane: Pane, terminals: Terminals): void {
  dropRun(pane.id)
  terminals.focus(pane.id)
  void terminals.open(pane.id, pane.target)
}

/** Has a lost terminal ask what the server wants to know, as soon as the user sees the terminal. */
function useSignIn(pane: Pane, isNeeded: boolean, terminals: Terminals): void {
  useEffect(() => {
    if (!isNeeded) return
    const ask = () => (document.visibilityState === 'visible' ? terminals.reconnect(pane.id) : undefined)
    ask()
    document.addEventListener('visibilitychange', ask)
    return () => document.removeEventListener('visibilitychange', ask)
  }, [isNeeded, pane.id, terminals])
}

/** Makes the header draggable, and accepts panes and tabs dropped on the sides of this pane. */
function useDragging(tab: TerminalTab, pane: Pane, label: string) {
  const head = useRef<HTMLElement>(null)
  const region = useRef<HTMLElement>(null)
  const [over, setOver] = useState<Side | null>(null)
  useEffect(() => {
    const [element, header] = [region.current, head.current]
    if (!element || !header) return
    return combine(
      dragSource(header, { data: () => ({ kind: 'pane', paneId: pane.id }), label: () => label }),
      dropTargetForElements({
        element,
        canDrop: ({ source }) =>
          (source.data['kind'] === 'tab' && canJoinTab(String(source.data['tabId']), pane.id)) ||
          (source.data['kind'] === 'pane' &&
            source.data['paneId'] !== pane.id &&
            canMovePane(String(source.data['paneId']), pane.id)),
        onDrag: ({ location }) => setOver(sideAt(element.getBoundingClientRect(), location.current.input)),
        onDragLeave: () => setOver(null),
        onDrop: ({ source, location }) => {
          setOver(null)
          const side = sideAt(element.getBoundingClientRect(), location.current.input)
          const { kind, tabId, paneId } = source.data
          if (kind === 'tab' && typeof tabId === 'string') moveTabInto(tabId, { tabId: tab.id, paneId: pane.id, side })
          if (kind === 'pane' && typeof paneId === 'string') movePane(paneId, { paneId: pane.id, side })
        },
      }),
    )
  }, [pane.id, tab.id, label])
  return { head, region, over }
}

/** Types the paths of files that are dropped on the terminal. */
function useFileDrop(
  screen: { readonly current: HTMLElement | null },
  { pane, terminals, pathOf }: Pick<TerminalPaneProps, 'pane' | 'terminals' | 'pathOf'>,
): void {
  useEffect(() => {
    const element = screen.current
    if (!element) return
    return acceptFiles(element, {
      onOver: count => element.toggleAttribute('data-files-over', count !== null),
      onDrop: ({ paths }) => {
        void terminals.typePaths(pane.id, pane.target, paths)
        terminals.focus(pane.id)
      },
      pathOf,
      onProblem: () => {},
    })
  }, [screen, pane.id, pane.target, terminals, pathOf])
}

// The side with the nearest edge, relative to the size of the pane.
function sideAt(box: DOMRect, { clientX, clientY }: { clientX: number; clientY: number }): Side {
  const [x, y] = [(clientX - box.left) / box.width, (clientY - box.top) / box.height]
  const distances: readonly [Side, number][] = [
    ['left', x],
    ['right', 1 - x],
    ['top', y],
    ['bottom', 1 - y],
  ]
  return distances.reduce((nearest, each) => (each[1] < nearest[1] ? each : nearest))[0]
}
