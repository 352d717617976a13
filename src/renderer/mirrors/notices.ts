import { create } from 'zustand'

import { messageOf } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Notice } from '../../shared/contract/app.ts'
import type { Api } from '../../shared/contract/contract.ts'
import type { Follow } from '../ipc/mirror.ts'

/** A notice of this window; `undo` offers the way back. */
export interface LocalNotice extends Notice {
  readonly action?: { readonly label: string; readonly run: () => void }
}

interface NoticesState {
  readonly fromMain: readonly Notice[]
  readonly local: readonly LocalNotice[]
}

export const useNotices = create<NoticesState>()(() => ({ fromMain: [], local: [] }))

/** How long a quiet notice stays. */
export const quietMs = 8_000

/** Shows what main has to tell. */
export function mirrorNotices({ app }: Api, follow: Follow): Disposable {
  const show = (fromMain: readonly Notice[]) => useNotices.setState({ fromMain })
  return follow({ name: 'the notices', list: app.notices, onChanged: app.onNotices, show })
}

/** Tells something quietly; it goes by itself. */
export function tell(text: string, action?: LocalNotice['action']): void {
  const notice: LocalNotice = { id: crypto.randomUUID(), level: 'info', text, ...(action ? { action } : {}) }
  useNotices.setState(state => ({ local: [...state.local, notice].slice(-5) }))
  window.setTimeout(() => dismiss(notice.id), quietMs)
}

/** Tells of a failure; it stays until it is closed. */
export function tellProblem(error: unknown): void {
  const notice: LocalNotice = { id: crypto.randomUUID(), level: 'error', text: messageOf(error) }
  useNotices.setState(state => ({ local: [...state.local.filter(old => old.text !== notice.text), notice].slice(-5) }))
}

/** The number of notices that wait to be read. */
export function useNoticeCount(): number {
  return useNotices(state => state.fromMain.length + state.local.length)
}

/** Takes a notice of this window away. */
export function dismiss(id: string): void {
  useNotices.setState(state => ({ local: state.local.filter(notice => notice.id !== id) }))
}
