import { X } from 'lucide-react'
import { useEffect, type ReactNode } from 'react'

import type { Api } from '../../../shared/contract/contract.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import css from './notices.module.css'
import { useNotices, type LocalNotice, dismiss, reportProblem, dismissMs } from '../../mirrors/notices.ts'

/** Notices in the corner: information as status, the rest as alerts. `children` come first and stay until they are done. */
export function Notices({ api, children }: { readonly api: Api; readonly children?: ReactNode }) {
  const { fromMain, local } = useNotices()
  const all: readonly LocalNotice[] = [...fromMain, ...local]
  useEffect(() => {
    const informational = fromMain.filter(({ level }) => level === 'info')
    const timers = informational.map(({ id }) =>
      window.setTimeout(() => void api.app.dismissNotice({ id }).catch(reportProblem), dismissMs),
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
              if (fromMain.includes(notice)) void api.app.dismissNotice({ id: notice.id }).catch(reportProblem)
            }}
          >
            <X size={14} />
          </IconButton>
        </div>
      ))}
    </section>
  )
}
