import { nameOf } from '../../../shared/base/paths.ts'
import { shownName } from '../../../shared/base/shown-name.ts'
import type { TransferSnapshot } from '../../../shared/contract/transfers.ts'

/** What a transfer is called: its file, or how many there are. */
export function titleOf({ request }: TransferSnapshot): string {
  const { paths } = request.from
  const [first = ''] = paths
  return paths.length === 1 ? shownName(nameOf(first) || first) : `${paths.length} items`
}

/** Which way it goes. */
export function directionOf({ request }: TransferSnapshot): 'up' | 'down' | 'across' {
  const [from, to] = [request.from.side.target.kind === 'local', request.to.side.target.kind === 'local']
  if (from && !to) return 'up'
  return to && !from ? 'down' : 'across'
}

/** How far it is, from 0 to 1; null while that can't be said. */
export function shareOf({ progress, state }: TransferSnapshot): number | null {
  if (state.kind === 'done') return 1
  const { bytes, bytesTotal, files, filesTotal } = progress
  if (bytesTotal > 0) return Math.min(1, bytes / bytesTotal)
  return filesTotal > 0 ? files / filesTotal : null
}

/** The words beside the bar. Pure; `size` turns bytes into words. */
export function statusOf(transfer: TransferSnapshot, size: (bytes: number) => string): string {
  const { state, progress, failed } = transfer
  switch (state.kind) {
    case 'queued':
      return 'waits for its turn'
    case 'asking':
      return 'waits for your answer'
    case 'paused':
      return `paused at ${size(progress.bytes)}`
    case 'waiting':
      return `connection lost at ${size(progress.bytes)} · resuming in ${state.seconds} s`
    case 'failed':
      return failed > 1 ? `${failed} failed · ${counted(progress)}` : state.error.message
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
        `${Math.round(fileRate)} files/s`,
        packed ? 'packed' : '',
      ]
    : [`${size(bytes)} of ${size(bytesTotal)}`, `${size(rate)}/s`]
  return [...parts, left].filter(Boolean).join(' · ')
}

/** Seconds as a person says them. */
export function timeLeft(seconds: number): string {
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
