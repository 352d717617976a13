import { Activity, CircleHelp, Lock, LockOpen, Waypoints } from 'lucide-react'

import { shownName } from '../../shared/base/shown-name.ts'
import { useForwards } from '../mirrors/forwards.ts'
import { callQuestions, usePrompts, waitingQuestions } from '../mirrors/prompts.ts'
import { isUnderWay } from '../features/snippets/run-text.ts'
import { showRun } from '../features/snippets/snippets-state.ts'
import { isLive, lookOf, weakText, useTerminalStates } from '../mirrors/terminals.ts'
import { isUnderWay as isMoving, useTransfers } from '../mirrors/transfers.ts'
import { useSnippets } from '../mirrors/snippets.ts'
import { useVault, vaultText } from '../mirrors/vault.ts'
import { labelOf } from '../mirrors/targets.ts'
import { Dot, Tag } from '../ui/tag.tsx'
import { activeFiles, activePane, useWorkspace } from '../workspace/workspace-store.ts'
import css from './app.module.css'
import { FilesStatus } from './files-page.tsx'

/** What is live: on Home the vault and all sessions, in a terminal this one. */
export function StatusBar() {
  const states = useTerminalStates(state => state.states)
  const pane = useWorkspace(activePane)
  const filesTab = useWorkspace(activeFiles)
  const moving = useTransfers(state => state.transfers.filter(isMoving).length)
  const forwards = useForwards(state => state.book.forwards)
  const up = forwards.filter(({ state: { kind } }) => kind === 'up').length
  const waiting = forwards.filter(({ state: { kind } }) => kind === 'waiting' || kind === 'needs-you').length
  const running = useSnippets(state => state.runs.find(run => run.rows.some(isUnderWay)))
  const vault = useVault(state => state.status)
  const questions = usePrompts(waitingQuestions)
  const live = Object.values(states).filter(isLive).length
  const state = pane ? states[pane.id] : undefined
  const look = lookOf(state)
  return (
    <footer className={css['status']}>
      {filesTab ? (
        <FilesStatus tab={filesTab} />
      ) : pane ? (
        <>
          <span>
            <Dot tone={look.tone} label="" /> {labelOf(pane.target)}, {look.state}
          </span>
          {state?.kind === 'ready' && state.latencyMs !== null && (
            <span>
              <Activity size={12} aria-hidden="true" /> {state.latencyMs} ms
            </span>
          )}
          {state?.kind === 'ready' && state.weak.length > 0 && (
            <span title={weakText(state.weak)} aria-label={weakText(state.weak)} role="img">
              <Tag tone="warn">weak</Tag>
            </span>
          )}
        </>
      ) : (
        <span>
          {vault.state === 'locked' ? <Lock size={12} aria-hidden="true" /> : <LockOpen size={12} aria-hidden="true" />}{' '}
          {vaultText(vault)}
        </span>
      )}
      <span className={css['grow']} />
      {questions > 0 && (
        <button type="button" onClick={callQuestions}>
          <CircleHelp size={12} aria-hidden="true" /> {questions === 1 ? '1 question' : `${questions} questions`}{' '}
          waiting
        </button>
      )}
      {up + waiting > 0 && (
        <span aria-label="Forwards">
          <Waypoints size={12} aria-hidden="true" />{' '}
          {[`${up} up`, waiting > 0 && `${waiting} waiting`].filter(Boolean).join(' · ')}
        </span>
      )}
      {running && (
        <button type="button" onClick={() => showRun(running.id)}>
          {`Running ${shownName(running.name)}`}
        </button>
      )}
      {moving > 0 && <span>{moving === 1 ? '1 transfer' : `${moving} transfers`}</span>}
      <span>{live === 1 ? '1 session live' : `${live} sessions live`}</span>
    </footer>
  )
}
