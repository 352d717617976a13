import { create } from 'zustand'

import { toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'
import type { Api } from '../../shared/contract/contract.ts'
import type { TransferList, TransferSnapshot } from '../../shared/contract/transfers.ts'
import type { Follow } from '../ipc/mirror.ts'

interface TransfersMirror extends TransferList {
  readonly loaded: boolean
}

export const useTransfers = create<TransfersMirror>()(() => ({
  transfers: [],
  limits: { up: 0, down: 0 },
  loaded: false,
}))

/** Mirrors main's transfers. */
export function mirrorTransfers({ transfers }: Api, follow: Follow): Disposable {
  const show = (list: TransferList) => useTransfers.setState({ ...list, loaded: true })
  return follow({ name: 'the transfers', list: transfers.list, onChanged: transfers.onChanged, show })
}

/** Calls `listener` with each transfer that ends; those that had ended before this window came are no news. */
export function onTransferEnded(listener: (transfer: TransferSnapshot) => void): Disposable {
  const stop = useTransfers.subscribe((now, old) => {
    if (!old.loaded || now.transfers === old.transfers) return
    const before = new Map(old.transfers.map(({ id, state }) => [id, state.kind]))
    for (const transfer of now.transfers)
      if (hasEnded(transfer) && before.get(transfer.id) !== transfer.state.kind) listener(transfer)
  })
  return toDisposable(stop)
}

/** True for a completed or failed transfer. */
export function hasEnded({ state }: TransferSnapshot): boolean {
  return state.kind === 'done' || state.kind === 'failed'
}

/** True for a transfer that is running or will run without the user. */
export function isUnderWay({ state }: TransferSnapshot): boolean {
  return state.kind === 'running' || state.kind === 'asking' || state.kind === 'queued' || state.kind === 'waiting'
}
