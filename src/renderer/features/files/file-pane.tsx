import { ArrowLeft, ArrowRight, ArrowUp, Ellipsis, Eye, EyeOff, FolderPlus, RefreshCw } from 'lucide-react'
import { useEffect, useState } from 'react'

import type { Side } from '../../../shared/contract/files.ts'
import type { FileTab } from '../../../shared/contract/workspace.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { keepKeyboard } from '../../ui/keyboard-home.ts'
import { Menu, type MenuItem } from '../../ui/menu.tsx'
import { ServerNotice } from '../../ui/server-notice.tsx'
import { Dot, Tag } from '../../ui/tag.tsx'
import ui from '../../ui/dialog.module.css'
import { setFileSide } from '../../workspace/files-tabs.ts'
import type { PaneSide } from '../../workspace/workspace-store.ts'
import { countText } from './file-actions.ts'
import { FileGrid } from './file-grid.tsx'
import css from './file-pane.module.css'
import { openDialog, useFiles, type PaneState } from './files-state.ts'
import type { FilesParts } from './files-parts.ts'
import { editLocalFile } from './local-file.tsx'
import { LocationPicker } from './location-picker.tsx'
import { PathBar } from './path-bar.tsx'
import { sideLook } from './side-look.ts'
import { sideText, useSides } from '../../mirrors/sides.ts'

interface FilePaneProps {
  readonly tab: FileTab
  readonly side: PaneSide
  readonly parts: FilesParts
  readonly active: boolean
  readonly menuFor: (paneId: string, names: readonly string[]) => readonly MenuItem[]
  readonly onFocus: () => void
}

/** One of the two panes: its location, its path and its files. */
export function FilePane({ tab, side, parts, active, menuFor, onFocus }: FilePaneProps) {
  const { panes } = parts
  const pane = useFiles(state => state.panes[tab.id])
  const [over, setOver] = useState<number | null>(null)
  useEffect(() => panes.show(tab), [panes, tab])
  const [there, failed] = [pane !== undefined, pane?.status === 'failed']
  // The list and its error take turns, and the one that goes may have had the keyboard.
  useEffect(() => keepKeyboard(), [there, failed])
  return (
    // eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions -- a click anywhere makes it the active pane
    <section
      aria-label={side === 'left' ? 'Left pane' : 'Right pane'}
      className={css['pane']}
      data-active={active}
      data-over={over !== null}
      onFocus={onFocus}
      onMouseDown={onFocus}
    >
      {pane && (
        <>
          <PaneHead tab={tab} pane={pane} parts={parts} over={over} />
          <PathBar paneId={tab.id} pane={pane} api={parts.api} panes={panes} onProblem={parts.onProblem} />
          {pane.status === 'failed' ? (
            <Failed
              paneId={tab.id}
              pane={pane}
              onAgain={() => panes.again(tab.id)}
              onHome={() => panes.go(tab.id, pane.info?.home ?? '/')}
            />
          ) : (
            <>
              <FileGrid
                paneId={tab.id}
                pane={pane}
                label={side === 'left' ? 'Files in the left pane' : 'Files in the right pane'}
                columns={parts.columns}
                widths={parts.widths}
                onWidth={parts.setWidth}
                hidden={parts.hidden}
                actions={parts.actions}
                keys={parts.keys}
                menu={names => menuFor(tab.id, names)}
                pathOf={parts.pathOf}
                onDragOver={setOver}
              />
              <Waiting pane={pane} parts={parts} />
            </>
          )}
        </>
      )}
    </section>
  )
}

function PaneHead({
  tab,
  pane,
  parts,
  over,
}: {
  tab: FileTab
  pane: PaneState
  parts: FilesParts
  over: number | null
}) {
  const { panes, hidden, toggleHidden } = parts
  const state = useSides(all => all.sides[sideText(pane.side)])
  const look = sideLook(pane.side, state)
  const pick = (side: Side) => setFileSide(tab.id, side)
  const remote = pane.side.target.kind !== 'local'
  return (
    <div className={css['panehead']}>
      <LocationPicker side={pane.side} locations={parts.locations} onPick={pick} />
      {remote && <Dot tone={look.tone} label={look.text} />}
      {pane.side.root && <Tag tone="bad">as root</Tag>}
      <span className={ui['grow']} />
      {over !== null && (
        <span className={css['droptag']}>{`Drop to ${remote ? 'upload' : 'copy'} ${countText(over)}`}</span>
      )}
      <span className={css['tools']}>
        <IconButton
          small
          label="Back"
          keys="Alt+Left"
          disabled={pane.back.length === 0}
          onClick={() => panes.step(tab.id, 'back')}
        >
          <ArrowLeft size={15} />
        </IconButton>
        <IconButton
          small
          label="Forward"
          keys="Alt+Right"
          disabled={pane.forward.length === 0}
          onClick={() => panes.step(tab.id, 'forward')}
        >
          <ArrowRight size={15} />
        </IconButton>
        <IconButton small label="Parent folder" keys="Alt+Up" onClick={() => panes.up(tab.id)}>
          <ArrowUp size={15} />
        </IconButton>
        <IconButton
          small
          label={hidden ? 'Hide hidden files' : 'Show hidden files'}
          keys="Ctrl+H"
          aria-pressed={hidden}
          onClick={toggleHidden}
        >
          {hidden ? <Eye size={15} /> : <EyeOff size={15} />}
        </IconButton>
        <IconButton
          small
          label="New folder"
          keys="F7"
          onClick={() => openDialog({ kind: 'new-folder', paneId: tab.id })}
        >
          <FolderPlus size={15} />
        </IconButton>
        <IconButton small label="Refresh" keys="Ctrl+R" onClick={() => panes.refresh(tab.id)}>
          <RefreshCw size={14} />
        </IconButton>
        <Menu
          trigger={
            <IconButton small label="More actions">
              <Ellipsis size={15} />
            </IconButton>
          }
          items={parts.paneMenu(tab)}
        />
      </span>
    </div>
  )
}

function Failed({
  paneId,
  pane,
  onAgain,
  onHome,
}: {
  paneId: string
  pane: PaneState
  onAgain: () => void
  onHome: () => void
}) {
  const configLine = pane.error?.configLine
  return (
    <div className={css['failed']} role="alert" data-failed-pane={paneId}>
      <strong>Can’t open this folder</strong>
      <p>{pane.error?.message}</p>
      <span>
        <Button look="primary" onClick={onAgain}>
          Try again
        </Button>
        {configLine && (
          <Button onClick={() => editLocalFile(configLine.path, configLine.line)}>
            Open SSH config at line {configLine.line}
          </Button>
        )}
        {pane.info && <Button onClick={onHome}>Go to home folder</Button>}
      </span>
    </div>
  )
}

function Waiting({ pane, parts }: { pane: PaneState; parts: FilesParts }) {
  const state = useSides(all => all.sides[sideText(pane.side)])
  if (pane.status === 'loading' && pane.entries.length === 0) {
    const step =
      state?.kind === 'connecting' ? state.step : state?.kind === 'asking' ? 'Waiting for your response' : 'Loading…'
    return (
      <div className={css['waiting']}>
        <p role="status">{step}</p>
        {state?.kind === 'connecting' && state.said && (
          <ServerNotice
            said={state.said}
            label="the server"
            openLink={address => parts.openLink(pane.side.target, address)}
          />
        )}
      </div>
    )
  }
  if (pane.status === 'ready' && pane.entries.length === 0)
    return <p className={css['waiting']}>This folder is empty. Drop files here to copy them.</p>
  const all = pane.entries.every(entry => entry.name.startsWith('.'))
  if (pane.status === 'ready' && all && !parts.hidden)
    return <p className={css['waiting']}>All files in this folder are hidden. Press Ctrl+H to show them.</p>
  return null
}
