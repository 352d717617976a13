import { create } from 'zustand'

import type { Disposable } from '../../../shared/base/lifecycle.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { TransferList, TransferSnapshot } from '../../../shared/contract/transfers.ts'
import type { Follow } from '../../ipc/mirror.ts'

interface TransfersState extends TransferList {
  /** False while the list is collapsed. */
  readonly open: boolean
}

export const useTransfers = create<TransfersState>()(() => ({ transfers: [], limits: { up: 0, down: 0 }, open: true }))

/** Mirrors main's transfers and calls `onEnded` whenever one ends. */
export function mirrorTransfers(
  { transfers }: Api,
  follow: Follow,
  onEnded: (transfer: TransferSnapshot) => void,
): Disposable {
  // Transfers that ended before this window opened are not reported.
  let first = true
  const show = (list: TransferList) => {
    const known = !first
    first = false
    const before = new Map(useTransfers.getState().transfers.map(({ id, state }) => [id, state.kind]))
    useTransfers.setState(list)
    for (const transfer of list.transfers)
      if (known && hasEnded(transfer) && before.get(transfer.id) !== transfer.state.kind) onEnded(transfer)
  }
  return follow({ name: 'the transfers', list: transfers.list, onChanged: transfers.onChanged, show })
}

/** True for a completed or failed transfer. */
export function hasEnded({ state }: TransferSnapshot): boolean {
  return state.kind === 'done' || state.kind === 'failed'
}

/** True for a transfer that is running or will run without the user. */
export function isUnderWay({ state }: TransferSnapshot): boolean {
  return state.kind === 'running' || state.kind === 'asking' || state.kind === 'queued' || state.kind === 'waiting'
}
