import { create } from 'zustand'

import { messageOf } from '../../shared/base/errors.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Notice } from '../../shared/contract/app.ts'
import type { Api } from '../../shared/contract/contract.ts'
import type { Follow } from '../ipc/mirror.ts'

/** A notice created in this window; `action` adds a button, such as Undo. */
export interface LocalNotice extends Notice {
  readonly action?: { readonly label: string; readonly run: () => void }
}

interface NoticesState {
  readonly fromMain: readonly Notice[]
  readonly local: readonly LocalNotice[]
}

export const useNotices = create<NoticesState>()(() => ({ fromMain: [], local: [] }))

/** How long an informational notice stays. */
export const dismissMs = 8_000

/** Mirrors main's notices. */
export function mirrorNotices({ app }: Api, follow: Follow): Disposable {
  const show = (fromMain: readonly Notice[]) => useNotices.setState({ fromMain })
  return follow({ name: 'the notices', list: app.notices, onChanged: app.onNotices, show })
}

/** Shows a notice that closes after a few seconds. */
export function showNotice(text: string, action?: LocalNotice['action']): void {
  const notice: LocalNotice = { id: crypto.randomUUID(), level: 'info', text, ...(action ? { action } : {}) }
  show(notice)
  window.setTimeout(() => dismiss(notice.id), dismissMs)
}

/** Shows a notice that stays until the user closes it or takes the offered action. */
export function remind(text: string, action: NonNullable<LocalNotice['action']>): void {
  show({ id: crypto.randomUUID(), level: 'info', text, action })
}

function show(notice: LocalNotice): void {
  useNotices.setState(state => ({ local: [...state.local, notice].slice(-5) }))
}

/** Reports an error in a notice that stays until the user closes it. */
export function reportProblem(error: unknown): void {
  const notice: LocalNotice = { id: crypto.randomUUID(), level: 'error', text: messageOf(error) }
  useNotices.setState(state => ({ local: [...state.local.filter(old => old.text !== notice.text), notice].slice(-5) }))
}

/** The number of open notices. */
export function useNoticeCount(): number {
  return useNotices(state => state.fromMain.length + state.local.length)
}

/** Closes a notice of this window. */
export function dismiss(id: string): void {
  useNotices.setState(state => ({ local: state.local.filter(notice => notice.id !== id) }))
}
