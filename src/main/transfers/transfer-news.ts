import { shortName } from '../../shared/base/shown-name.ts'
import type { Target } from '../../shared/contract/targets.ts'
import { titleOf, type TransferEntry } from './transfer-entry.ts'

/** What became of a transfer, for the Activity page and for a notice. */
export interface TransferNews {
  readonly kind: 'copied' | 'copy-failed'
  /** The hosts that took part, or this computer. */
  readonly subject: string
  readonly text: string
  /** Null where the copy ended while somebody could still be watching. */
  readonly notice: string | null
}

// Shorter copies need no notification.
const notifyAfterMs = 10_000

export function newsOf(
  entry: TransferEntry,
  { tookMs, nameOf }: { readonly tookMs: number; readonly nameOf: (target: Target) => string },
): TransferNews {
  const failed = entry.state.kind === 'failed'
  const text = summaryOf(entry)
  const { to, from } = entry.request
  const names = [to, from].flatMap(({ side: { target } }) => {
    if (target.kind === 'local') return []
    return [target.kind === 'address' ? target.address : nameOf(target)]
  })
  return {
    kind: failed ? 'copy-failed' : 'copied',
    subject: names.length === 0 ? 'This computer' : [...new Set(names)].join(', '),
    text,
    notice: tookMs > notifyAfterMs ? (failed ? `Couldn’t copy everything: ${text}` : text) : null,
  }
}

function summaryOf(entry: TransferEntry): string {
  const { files, skipped } = entry.meter
  const copied = files - skipped
  const what = copied === 1 ? titleOf(entry.request) : `${copied} files`
  const failed = entry.failed > 0 ? `; ${entry.failed} failed` : ''
  return `${what} copied to ${shortName(entry.request.to.path)}${failed}`
}
