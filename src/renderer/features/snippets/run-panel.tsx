import { Copy, Maximize2, Minimize2, Minus, RotateCcw, Save, Square, SquareTerminal, X } from 'lucide-react'
import { memo, useCallback, useEffect, useMemo, useState } from 'react'

import type { Api } from '../../../shared/contract/contract.ts'
import type { RunRow, RunSnapshot } from '../../../shared/contract/snippets.ts'
import type { Target } from '../../../shared/contract/targets.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Dot, type Tone } from '../../ui/tag.tsx'
import ui from '../../ui/text.module.css'
import { RunOutputView } from './run-output-view.tsx'
import { hasFailed, isUnderWay, outcomes, rowLook, summaryText, tookText } from './run-text.ts'
import css from './snippets.module.css'
import { showRun, useSnippetsView } from './snippets-state.ts'
import { useSnippets } from '../../mirrors/snippets.ts'

/** The services behind the buttons of the panel. */
export interface RunPanelParts {
  readonly api: Api
  readonly copy: (text: string) => void
  readonly showNotice: (text: string) => void
  readonly onProblem: (error: unknown) => void
  /** Opens a terminal that shows a tmux window. */
  readonly showTmux: (target: Target, window: number) => void
}

/** The background run that is shown, with its output, below any page. */
export function RunPanel({ parts }: { readonly parts: RunPanelParts }) {
  const shown = useSnippetsView(state => state.shownRun)
  const run = useSnippets(state => state.runs.find(each => each.id === shown))
  if (!run) return null
  return <RunView key={run.id} run={run} parts={parts} />
}

const tickMs = 500

function RunView({ run, parts }: { readonly run: RunSnapshot; readonly parts: RunPanelParts }) {
  const { api, onProblem } = parts
  const { id, name, rows } = run
  const [at, setAt] = useState(0)
  const [large, setLarge] = useState(false)
  const under = rows.some(isUnderWay)
  const now = useNow(under)
  const chosen = rows[at] ?? rows[0]
  const quietly = (work: Promise<unknown>) => void work.catch(onProblem)
  const stopRow = useCallback((row: number) => void api.runs.stop({ id, row }).catch(onProblem), [api, id, onProblem])
  if (!chosen) return null
  return (
    <section className={css['panel']} aria-label={`Run ${name}`} data-large={large}>
      <header>
        <h2>{name}</h2>
        <RunSelect run={run} />
        <span role="status">{summaryText(rows)}</span>
        <span className={css['grow']} />
        {run.mode === 'tmux' && chosen.state.kind === 'ended' && chosen.state.code === 0 && (
          <Button small onClick={() => quietly(attach(run, rows.indexOf(chosen), parts))}>
            <SquareTerminal size={13} aria-hidden="true" /> Open in terminal
          </Button>
        )}
        {under && (
          <Button small onClick={() => quietly(api.runs.stop({ id, row: null }))}>
            <Square size={12} aria-hidden="true" /> {rows.length === 1 ? 'Stop' : 'Stop all'}
          </Button>
        )}
        {!under && (rows.length === 1 || rows.some(hasFailed)) && (
          <Button small onClick={() => quietly(api.runs.again({ id, all: rows.length === 1 }))}>
            <RotateCcw size={13} aria-hidden="true" /> {rows.length === 1 ? 'Run again' : 'Retry failed'}
          </Button>
        )}
        <IconButton
          small
          label={rows.length === 1 ? 'Copy output' : 'Copy all output'}
          onClick={() => quietly(api.runs.text({ id }).then(parts.copy))}
        >
          <Copy size={14} />
        </IconButton>
        <IconButton
          small
          label={rows.length === 1 ? 'Save output' : 'Save all output'}
          onClick={() => quietly(saveOutput(run, parts))}
        >
          <Save size={14} />
        </IconButton>
        <IconButton
          small
          label={large ? 'Restore panel' : 'Maximize panel'}
          aria-pressed={large}
          onClick={() => setLarge(!large)}
        >
          {large ? <Minimize2 size={14} /> : <Maximize2 size={14} />}
        </IconButton>
        <IconButton small label="Hide panel" onClick={() => showRun(null)}>
          <Minus size={15} />
        </IconButton>
        <IconButton small label="Close run" onClick={() => quietly(closeRun(run, api))}>
          <X size={15} />
        </IconButton>
      </header>
      <div className={css['panelBody']}>
        {rows.length > 1 && <Rows rows={rows} at={at} now={now} under={under} onChoose={setAt} onStop={stopRow} />}
        <div className={css['output']}>
          <p className={css['outputHead']}>
            <Dot tone={rowLook(chosen).tone} label="" /> {chosen.label} <span>{rowLook(chosen).text}</span>{' '}
            <span>{tookText(chosen, now)}</span>
          </p>
          {chosen.state.kind === 'failed' && (
            <p className={ui['error']} role="alert">
              {chosen.state.error.message}
            </p>
          )}
          <RunOutputView
            key={`${at} ${chosen.startedAt}`}
            api={api}
            id={id}
            row={rows.indexOf(chosen)}
            label={chosen.label}
            bytes={chosen.bytes}
            onProblem={onProblem}
          />
        </div>
      </div>
    </section>
  )
}

interface RowsProps {
  readonly rows: readonly RunRow[]
  readonly at: number
  readonly now: number
  readonly under: boolean
  readonly onChoose: (at: number) => void
  readonly onStop: (at: number) => void
}

const fewRows = 8

/** The hosts of a run, grouped by outcome once it is over. */
function Rows({ rows, at, now, under, onChoose, onStop }: RowsProps) {
  const [filter, setFilter] = useState('')
  const groups = useMemo(() => {
    const found = under ? [{ key: '', rows: rows.map((_row, index) => index) }] : outcomes(rows)
    const wanted = filter.trim().toLowerCase()
    return found.map(each => ({
      ...each,
      shown: each.rows.filter(row => (rows[row]?.label ?? '').toLowerCase().includes(wanted)),
    }))
  }, [rows, under, filter])
  return (
    <div className={css['rows']}>
      {rows.length > fewRows && (
        <SearchField label="Find a host" placeholder="Find" value={filter} onText={setFilter} />
      )}
      {groups.map((group, index) => (
        <div key={group.key}>
          {!under && groups.length > 1 && (
            <h3>
              {groupText(
                index,
                group.rows.map(row => rows[row] as RunRow),
              )}
            </h3>
          )}
          <ul aria-label={under ? 'Hosts' : `Hosts with outcome ${index + 1}`}>
            {group.shown.map(row => {
              const each = rows[row] as RunRow
              const look = rowLook(each)
              return (
                <Row
                  key={row}
                  at={row}
                  label={each.label}
                  tone={look.tone}
                  text={[look.text, tookText(each, now)].filter(Boolean).join(' · ')}
                  chosen={row === at}
                  under={isUnderWay(each)}
                  onChoose={onChoose}
                  onStop={onStop}
                />
              )
            })}
          </ul>
        </div>
      ))}
    </div>
  )
}

// Groups with the same exit code differ in their output.
function groupText(index: number, [first, ...others]: readonly RunRow[]): string {
  const count = others.length + 1
  const how = first ? rowLook(first).text : ''
  return index === 0 ? `${count} with ${how}` : `${count} with different output: ${how}`
}

interface RowProps {
  readonly at: number
  readonly label: string
  readonly tone: Tone
  readonly text: string
  readonly chosen: boolean
  readonly under: boolean
  readonly onChoose: (at: number) => void
  readonly onStop: (at: number) => void
}

// Memoized: in a run on a thousand hosts, only the rows that changed are drawn again.
const Row = memo(function Row({ at, label, tone, text, chosen, under, onChoose, onStop }: RowProps) {
  return (
    <li data-chosen={chosen}>
      <button type="button" aria-current={chosen ? 'true' : undefined} onClick={() => onChoose(at)}>
        <Dot tone={tone} label="" />
        <span>{label}</span>
        <small>{text}</small>
      </button>
      {under && (
        <IconButton small label={`Stop ${label}`} onClick={() => onStop(at)}>
          <Square size={12} />
        </IconButton>
      )}
    </li>
  )
})

/** Switches to another run that is still open. */
function RunSelect({ run }: { readonly run: RunSnapshot }) {
  const runs = useSnippets(state => state.runs)
  if (runs.length < 2) return null
  return (
    <select
      className={css['others']}
      aria-label="Run"
      value={run.id}
      onChange={event => showRun(event.target.value as RunSnapshot['id'])}
    >
      {runs.map(each => (
        <option key={each.id} value={each.id}>
          {each.name}{' '}
          {new Date(each.startedAt).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' })}
        </option>
      ))}
    </select>
  )
}

function useNow(ticking: boolean): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    setNow(Date.now())
    if (!ticking) return
    const timer = setInterval(() => setNow(Date.now()), tickMs)
    return () => clearInterval(timer)
  }, [ticking])
  return now
}

async function attach({ id, rows }: RunSnapshot, row: number, parts: RunPanelParts): Promise<void> {
  const { data } = await parts.api.runs.output({ id, row, from: 0 })
  const [, window] = /window (\d+) of the tmux session hawser/.exec(new TextDecoder().decode(data)) ?? []
  const target = rows[row]?.target
  if (target && window !== undefined) parts.showTmux(target, Number(window))
}

async function saveOutput({ id }: RunSnapshot, { api, showNotice }: RunPanelParts): Promise<void> {
  const folder = await api.app.chooseFolder({ title: 'Choose where to save the output' })
  if (folder !== null) showNotice(`Saved to ${await api.runs.saveTo({ id, folder })}.`)
}

async function closeRun({ id }: RunSnapshot, api: Api): Promise<void> {
  await api.runs.close({ id })
  const next = useSnippets.getState().runs.find(each => each.id !== id && each.rows.some(isUnderWay))
  showRun(next?.id ?? null)
}
