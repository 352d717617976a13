import { nameOf } from '../../../shared/base/paths.ts'
import { shownName } from '../../../shared/base/shown-name.ts'
import type { TransferSnapshot } from '../../../shared/contract/transfers.ts'
import { inSeconds } from '../../ui/countdown.ts'

/** A transfer's title: its file name, or the number of items. */
export function titleOf({ request }: TransferSnapshot): string {
  const { paths } = request.from
  const [first = ''] = paths
  return paths.length === 1 ? shownName(nameOf(first) || first) : `${paths.length.toLocaleString()} items`
}

/** The direction of a transfer; `across` is between two servers or within one computer. */
export function directionOf({ request }: TransferSnapshot): 'up' | 'down' | 'across' {
  const [from, to] = [request.from.side.target.kind === 'local', request.to.side.target.kind === 'local']
  if (from && !to) return 'up'
  return to && !from ? 'down' : 'across'
}

/** Progress from 0 to 1; null while the totals are unknown. */
export function shareOf({ progress, state }: TransferSnapshot): number | null {
  if (state.kind === 'done') return 1
  const { bytes, bytesTotal, files, filesTotal } = progress
  if (bytesTotal > 0) return Math.min(1, bytes / bytesTotal)
  return filesTotal > 0 ? files / filesTotal : null
}

/** The status text next to the progress bar; `size` formats bytes; `now` as in `Date.now`. Pure. */
export function statusOf(transfer: TransferSnapshot, size: (bytes: number) => string, now: number): string {
  const { state, progress, failed } = transfer
  switch (state.kind) {
    case 'queued':
      return 'Queued'
    case 'asking':
      return 'Waiting for your response'
    case 'paused':
      return `Paused at ${size(progress.bytes)}`
    case 'waiting':
      return `Connection lost at ${size(progress.bytes)} · resuming ${inSeconds(state.until, now)}`
    case 'failed':
      return failed > 1 ? `${failed.toLocaleString()} failed · ${counted(progress)}` : state.error.message
    case 'done':
      return [counted(progress), size(progress.bytes), skippedText(progress.skipped)].filter(Boolean).join(' · ')
    case 'running':
      return runningText(transfer, size)
  }
}

function runningText({ progress }: TransferSnapshot, size: (bytes: number) => string): string {
  const { files, filesTotal, bytes, bytesTotal, rate, fileRate, packed, counting } = progress
  const many = filesTotal > 20
  const left = rate > 0 && !counting ? timeLeft((bytesTotal - bytes) / rate) : ''
  const parts = many
    ? [
        `${files.toLocaleString()} of ${filesTotal.toLocaleString()} files`,
        `${Math.round(fileRate).toLocaleString()} files/s`,
        packed ? 'packed' : '',
      ]
    : [`${size(bytes)} of ${size(bytesTotal)}`, `${size(rate)}/s`]
  return [...parts, left].filter(Boolean).join(' · ')
}

/** Formats the remaining time; empty below 1 s. */
function timeLeft(seconds: number): string {
  if (seconds < 1) return ''
  if (seconds < 90) return `${Math.round(seconds)} s left`
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min left`
  return `${(seconds / 3600).toFixed(1)} h left`
}

function counted({ files, filesTotal }: TransferSnapshot['progress']): string {
  if (filesTotal === 1) return '1 file'
  return files === filesTotal
    ? `${files.toLocaleString()} files`
    : `${files.toLocaleString()} of ${filesTotal.toLocaleString()} files`
}

function skippedText(skipped: number): string {
  return skipped === 0 ? '' : `${skipped.toLocaleString()} skipped`
}
