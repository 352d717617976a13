import type { AppInfo } from '../../../shared/contract/app.ts'
import { Mark } from '../../ui/mark.tsx'
import ui from '../../ui/text.module.css'
import css from './settings.module.css'

/** The versions of Hawser and of its runtime, and its data folder. */
export function About({ info }: { readonly info: AppInfo | null }) {
  return (
    <>
      <div className={css['about']}>
        <Mark size={40} />
        <div>
          <strong>Hawser</strong>
          <p>Version {info?.version ?? '…'}, MIT License</p>
        </div>
      </div>
      {info && (
        <dl className={ui['pairs']}>
          <dt>Electron</dt>
          <dd className={ui['mono']}>{info.electron}</dd>
          <dt>Chromium</dt>
          <dd className={ui['mono']}>{info.chrome}</dd>
          <dt>Node</dt>
          <dd className={ui['mono']}>{info.node}</dd>
          <dt>Data folder</dt>
          <dd className={ui['mono']}>{info.dataFolder}</dd>
        </dl>
      )}
    </>
  )
}
