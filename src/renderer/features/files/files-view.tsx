import { Plus, X } from 'lucide-react'
import { useCallback } from 'react'
import { Group, Panel, Separator } from 'react-resizable-panels'

import { nameOf } from '../../../shared/base/paths.ts'
import { shownName } from '../../../shared/base/shown-name.ts'
import { IconButton } from '../../ui/button.tsx'
import ui from '../../ui/text.module.css'
import { addFileTab, closeFileTab, focusFilePane, selectFileTab, shownTab } from '../../workspace/files-tabs.ts'
import type { FilesTab, PaneSide } from '../../workspace/workspace-store.ts'
import { FilePane } from './file-pane.tsx'
import { FilesDialogs } from './files-dialogs.tsx'
import css from './files-view.module.css'
import type { FilesParts } from './files-parts.ts'

/** Two panes side by side. */
export function FilesView({ tab, parts }: { readonly tab: FilesTab; readonly parts: FilesParts }) {
  return (
    <div className={css['files']} role="tabpanel" aria-label="Files">
      <h1 className={ui['hidden']}>Files</h1>
      <Group orientation="horizontal" className={css['panes'] ?? ''}>
        <Panel id="left" minSize="20%" className={css['panel'] ?? ''}>
          <OnePane tab={tab} side="left" parts={parts} />
        </Panel>
        <Separator className={css['separator'] ?? ''} aria-label="Resize panes" />
        <Panel id="right" minSize="20%" className={css['panel'] ?? ''}>
          <OnePane tab={tab} side="right" parts={parts} />
        </Panel>
      </Group>
      <FilesDialogs parts={parts} />
    </div>
  )
}

function OnePane({ tab, side, parts }: { tab: FilesTab; side: PaneSide; parts: FilesParts }) {
  const tabs = tab[side]
  const shown = shownTab(tabs)
  const focus = useCallback(() => focusFilePane(tab.id, side), [tab.id, side])
  return (
    <div className={css['panebox']}>
      {tabs.tabs.length > 1 && (
        <div
          className={css['panetabs']}
          role="group"
          aria-label={side === 'left' ? 'Left pane tabs' : 'Right pane tabs'}
        >
          {tabs.tabs.map((each, index) => (
            <span key={each.id} data-shown={each === shown}>
              <button type="button" aria-pressed={each === shown} onClick={() => selectFileTab(tab.id, side, index)}>
                {each.path === null ? 'Home' : shownName(nameOf(each.path) || each.path)}
              </button>
              <IconButton small label="Close tab" onClick={() => closeFileTab(tab.id, side, index)}>
                <X size={12} />
              </IconButton>
            </span>
          ))}
          <IconButton small label="New tab" onClick={() => addFileTab(tab.id, side)}>
            <Plus size={14} />
          </IconButton>
        </div>
      )}
      <FilePane
        key={shown.id}
        tab={shown}
        side={side}
        parts={parts}
        active={tab.focus === side}
        menuFor={parts.rowMenu}
        onFocus={focus}
      />
    </div>
  )
}
