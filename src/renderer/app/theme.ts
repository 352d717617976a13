import type { Disposable } from '../../shared/base/lifecycle.ts'
import { toDisposable } from '../../shared/base/lifecycle.ts'
import type { Api } from '../../shared/contract/contract.ts'
import { useSettings } from '../features/settings/settings-store.ts'

/** True while the window is dark. */
export function isDark(): boolean {
  return document.documentElement.dataset['theme'] !== 'light'
}

/** Keeps the page, and the window's own buttons, in the theme that is set; `onChanged` follows each change. */
export function followTheme(api: Api, onChanged: () => void): Disposable {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const apply = () => {
    const { theme } = useSettings.getState().settings.appearance
    const dark = theme === 'dark' || (theme === 'system' && system.matches)
    const next = dark ? 'dark' : 'light'
    if (document.documentElement.dataset['theme'] === next) return
    document.documentElement.dataset['theme'] = next
    void api.app.setFrame({ dark })
    onChanged()
  }
  apply()
  system.addEventListener('change', apply)
  const stop = useSettings.subscribe(apply)
  return toDisposable(() => {
    system.removeEventListener('change', apply)
    stop()
  })
}
