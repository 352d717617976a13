import {
  ArrowDown,
  ArrowLeftRight,
  ArrowUp,
  ChevronDown,
  ChevronsUp,
  ChevronUp,
  Gauge,
  Pause,
  Play,
  RefreshCw,
  RotateCw,
  X,
} from 'lucide-react'
import { useState } from 'react'

import { shownName } from '../../../shared/base/shown-name.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { SpeedLimits, TransferId, TransferSnapshot } from '../../../shared/contract/transfers.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { useNow } from '../../ui/countdown.ts'
import { Menu } from '../../ui/menu.tsx'
import { directionOf, shareOf, statusOf, titleOf } from './transfer-text.ts'
import css from './transfers.module.css'
import { hasEnded, isUnderWay, useTransfers } from '../../mirrors/transfers.ts'
import { create } from 'zustand'

/** False while the list is collapsed. */
const useTransfersView = create<{ readonly open: boolean }>()(() => ({ open: true }))

interface PanelProps {
  readonly api: Api
  readonly sizeText: (bytes: number) => string
  readonly onProblem: (error: unknown) => void
}

/** The panel of running, queued and finished transfers. */
export function TransfersPanel({ api, sizeText, onProblem }: PanelProps) {
  const { transfers, limits } = useTransfers()
  const open = useTransfersView(state => state.open)
  if (transfers.length === 0) return null
  const run = (work: Promise<unknown>) => void work.catch(onProblem)
  const running = transfers.filter(isUnderWay).length
  const queued = transfers.filter(({ state }) => state.kind === 'queued')
  const paused = transfers.filter(({ state }) => state.kind === 'paused').length
  const ended = transfers.filter(({ state }) => state.kind === 'done').length
  const failed = transfers.filter(({ state }) => state.kind === 'failed').length
  return (
    <section aria-label="Transfers" className={css['panel']}>
      <div className={css['head']}>
        <IconButton
          small
          label={open ? 'Collapse transfers' : 'Expand transfers'}
          aria-expanded={open}
          onClick={() => useTransfersView.setState({ open: !open })}
        >
          {open ? <ChevronDown size={14} /> : <ChevronUp size={14} />}
        </IconButton>
        <strong>Transfers</strong>
        <span role="status">
          {[
            running > 0 && `${running} active`,
            paused > 0 && `${paused} paused`,
            ended > 0 && `${ended} completed`,
            failed > 0 && `${failed} failed`,
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
        <span className={css['grow']} />
        <LimitMenu limits={limits} onPick={next => run(api.transfers.setLimits(next))} />
        {ended > 0 && (
          <Button small look="ghost" onClick={() => run(api.transfers.clear())}>
            Clear completed
          </Button>
        )}
        {running > 0 ? (
          <Button small onClick={() => run(api.transfers.pauseAll())}>
            <Pause size={13} aria-hidden="true" /> Pause all
          </Button>
        ) : (
          paused > 0 && (
            <Button small onClick={() => run(api.transfers.resumeAll())}>
              <Play size={13} aria-hidden="true" /> Resume all
            </Button>
          )
        )}
      </div>
      {open && (
        <div role="table" aria-label="Transfers" className={css['rows']}>
          {transfers.toReversed().map(transfer => (
            <TransferRow
              key={transfer.id}
              transfer={transfer}
              nextId={queued[0]?.id ?? null}
              api={api}
              sizeText={sizeText}
              run={run}
            />
          ))}
        </div>
      )}
    </section>
  )
}

interface RowProps {
  readonly transfer: TransferSnapshot
  /** The first transfer in the queue. */
  readonly nextId: TransferId | null
  readonly api: Api
  readonly sizeText: (bytes: number) => string
  /** Reports a failure of `work`. */
  readonly run: (work: Promise<unknown>) => void
}

function TransferRow({ transfer, nextId, api, sizeText, run }: RowProps) {
  const { id, state, failures, failed } = transfer
  const [shown, setShown] = useState(false)
  const title = titleOf(transfer)
  const status = statusOf(transfer, sizeText, useNow(state.kind === 'waiting'))
  const share = shareOf(transfer)
  const direction = directionOf(transfer)
  const Direction =
    state.kind === 'waiting' ? RotateCw : { up: ArrowUp, down: ArrowDown, across: ArrowLeftRight }[direction]
  const canPause = state.kind === 'running' || state.kind === 'queued' || state.kind === 'waiting'
  return (
    <>
      <div role="row" aria-label={title} className={css['row']} data-state={state.kind}>
        <span role="cell" className={css['direction']}>
          <Direction size={14} aria-label={{ up: 'Upload', down: 'Download', across: 'Copy' }[direction]} />
        </span>
        <span role="cell" className={css['title']} title={shownName(transfer.request.from.paths.join('\n'))}>
          {title}
        </span>
        <span role="cell" className={css['barcell']}>
          <span
            role="progressbar"
            aria-label={`${title} progress`}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={share === null ? undefined : Math.round(share * 100)}
            className={css['bar']}
          >
            <span style={{ width: `${(share ?? 0) * 100}%` }} />
          </span>
        </span>
        <span role="cell" className={css['status']} title={status}>
          {status}
        </span>
        <span role="cell" className={css['buttons']}>
          {failed > 0 && (
            <Button small look="ghost" aria-expanded={shown} onClick={() => setShown(!shown)}>
              {shown ? 'Hide errors' : 'Show errors'}
            </Button>
          )}
          {state.kind === 'queued' && nextId !== id && (
            <IconButton
              small
              label={`Move ${title} to the front of the queue`}
              onClick={() => run(api.transfers.reorder({ id, before: nextId }))}
            >
              <ChevronsUp size={14} />
            </IconButton>
          )}
          {canPause && (
            <IconButton small label={`Pause ${title}`} onClick={() => run(api.transfers.pause({ id }))}>
              <Pause size={14} />
            </IconButton>
          )}
          {state.kind === 'paused' && (
            <IconButton small label={`Resume ${title}`} onClick={() => run(api.transfers.resume({ id }))}>
              <Play size={14} />
            </IconButton>
          )}
          {state.kind === 'failed' && (
            <IconButton small label={`Retry ${title}`} onClick={() => run(api.transfers.retry({ id }))}>
              <RefreshCw size={13} />
            </IconButton>
          )}
          <IconButton
            small
            label={hasEnded(transfer) ? `Remove ${title} from the list` : `Cancel ${title}`}
            onClick={() => run(api.transfers.cancel({ id }))}
          >
            <X size={14} />
          </IconButton>
        </span>
      </div>
      {shown && (
        <ul className={css['failures']} aria-label={`Errors in ${title}`}>
          {failures.map(({ path, error }) => (
            <li key={path}>{error.message}</li>
          ))}
          {failed > failures.length && <li>{`and ${(failed - failures.length).toLocaleString()} more`}</li>}
        </ul>
      )}
    </>
  )
}

const speeds = [0, 256_000, 1_000_000, 5_000_000, 20_000_000]

function LimitMenu({ limits, onPick }: { limits: SpeedLimits; onPick: (limits: SpeedLimits) => void }) {
  const items = (way: keyof SpeedLimits, word: string) =>
    speeds.map((speed, index) => ({
      label: `${word}: ${speedText(speed)}${limits[way] === speed ? ' ✓' : ''}`,
      line: index === 0 && way === 'down',
      run: () => onPick({ ...limits, [way]: speed }),
    }))
  return (
    <Menu
      trigger={
        <Button small look="ghost" aria-label={`Speed limit: ${limitText(limits)}`}>
          <Gauge size={14} aria-hidden="true" /> {limitText(limits)}
        </Button>
      }
      items={[...items('up', 'Upload'), ...items('down', 'Download')]}
    />
  )
}

function limitText({ up, down }: SpeedLimits): string {
  if (up === down) return speedText(up)
  return `↑ ${speedText(up)} · ↓ ${speedText(down)}`
}

function speedText(speed: number): string {
  if (speed === 0) return 'Unlimited'
  return speed < 1_000_000 ? `${speed / 1000} KB/s` : `${speed / 1_000_000} MB/s`
}
