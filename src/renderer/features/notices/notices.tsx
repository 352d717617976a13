import { X } from 'lucide-react'
import { useEffect, type ReactNode } from 'react'
import { create } from 'zustand'

import { messageOf } from '../../../shared/base/errors.ts'
import type { Disposable } from '../../../shared/base/lifecycle.ts'
import type { Notice } from '../../../shared/contract/app.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { Follow } from '../../ipc/mirror.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import css from './notices.module.css'

/** A notice created in this window; `action` adds a button, such as Undo. */
interface LocalNotice extends Notice {
  readonly action?: { readonly label: string; readonly run: () => void }
}

interface NoticesState {
  readonly fromMain: readonly Notice[]
  readonly local: readonly LocalNotice[]
}

const useNotices = create<NoticesState>()(() => ({ fromMain: [], local: [] }))

const dismissMs = 8_000

/** Mirrors main's notices. */
export function mirrorNotices({ app }: Api, follow: Follow): Disposable {
  const show = (fromMain: readonly Notice[]) => useNotices.setState({ fromMain })
  return follow({ name: 'the notices', list: app.notices, onChanged: app.onNotices, show })
}

/** Shows a notice that closes after a few seconds. */
export function tell(text: string, action?: LocalNotice['action']): void {
  const notice: LocalNotice = { id: crypto.randomUUID(), level: 'info', text, ...(action ? { action } : {}) }
  useNotices.setState(state => ({ local: [...state.local, notice].slice(-5) }))
  window.setTimeout(() => dismiss(notice.id), dismissMs)
}

/** Reports an error in a notice that stays until the user closes it. */
export function tellProblem(error: unknown): void {
  const notice: LocalNotice = { id: crypto.randomUUID(), level: 'error', text: messageOf(error) }
  useNotices.setState(state => ({ local: [...state.local.filter(old => old.text !== notice.text), notice].slice(-5) }))
}

/** The number of open notices. */
export function useNoticeCount(): number {
  return useNotices(state => state.fromMain.length + state.local.length)
}

/** Notices in the corner: information as status, the rest as alerts. `children` come first and stay until they are done. */
export function Notices({ api, children }: { readonly api: Api; readonly children?: ReactNode }) {
  const { fromMain, local } = useNotices()
  const all: readonly LocalNotice[] = [...fromMain, ...local]
  useEffect(() => {
    const informational = fromMain.filter(({ level }) => level === 'info')
    const timers = informational.map(({ id }) =>
      window.setTimeout(() => void api.app.dismissNotice({ id }).catch(tellProblem), dismissMs),
    )
    return () => timers.forEach(timer => clearTimeout(timer))
  }, [api, fromMain])
  return (
    <section aria-label="Notices" className={css['notices']}>
      {children}
      {all.map(notice => (
        <div
          key={notice.id}
          role={notice.level === 'info' ? 'status' : 'alert'}
          className={css['notice']}
          data-level={notice.level}
        >
          <p>{notice.text}</p>
          {notice.action && (
            <Button
              small
              onClick={() => {
                notice.action?.run()
                dismiss(notice.id)
              }}
            >
              {notice.action.label}
            </Button>
          )}
          <IconButton
            small
            label="Dismiss"
            onClick={() => {
              dismiss(notice.id)
              if (fromMain.includes(notice)) void api.app.dismissNotice({ id: notice.id }).catch(tellProblem)
            }}
          >
            <X size={14} />
          </IconButton>
        </div>
      ))}
    </section>
  )
}

function dismiss(id: string): void {
  useNotices.setState(state => ({ local: state.local.filter(notice => notice.id !== id) }))
}
