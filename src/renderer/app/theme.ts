import { toDisposable, type Disposable } from '../../shared/base/lifecycle.ts'
import type { Api } from '../../shared/contract/contract.ts'
import { useSettings } from '../mirrors/settings.ts'
import { showTheme } from '../ui/theme.ts'

/** Keeps the page, and the window's own buttons, in the theme that is set. */
export function followTheme(api: Api, onProblem: (error: unknown) => void): Disposable {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const apply = () => {
    const { theme } = useSettings.getState().settings.appearance
    const dark = theme === 'dark' || (theme === 'system' && system.matches)
    if (document.documentElement.dataset['theme'] === (dark ? 'dark' : 'light')) return
    showTheme(dark)
    void api.app.setFrame({ dark }).catch(onProblem)
  }
  apply()
  system.addEventListener('change', apply)
  const stop = useSettings.subscribe(apply)
  return toDisposable(() => {
    system.removeEventListener('change', apply)
    stop()
  })
}
