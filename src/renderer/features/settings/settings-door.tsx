import { Settings } from 'lucide-react'
import { useMemo } from 'react'

import { reportProblem } from '../../mirrors/notices.ts'
import { changeSettings, useSettings } from '../../mirrors/settings.ts'
import { terminalThemes } from '../../ui/terminal-themes.ts'
import { isDark } from '../../ui/theme.ts'
import type { Door, DoorContext } from '../../workspace/door.ts'
import { showHome } from '../../workspace/workspace-store.ts'
import { SettingsPage } from './settings-page.tsx'
import { VaultSettings } from './vault-settings.tsx'

/** Everything that can be set. */
export function settingsDoor(context: DoorContext) {
  const { api } = context
  return {
    pages: [
      {
        id: 'settings',
        text: 'Settings',
        icon: <Settings size={16} aria-hidden="true" />,
        place: 900,
        View: () => <Page context={context} />,
      },
    ],
    commands: [
      {
        id: 'settings',
        title: 'Go to settings',
        keywords: 'preferences options keyboard shortcuts font proxy vault password about version help',
        keys: 'Mod+,',
        run: () => showHome('settings'),
      },
      {
        id: 'toggle-theme',
        title: 'Toggle dark and light theme',
        keywords: 'dark mode light mode colors appearance',
        keys: '',
        run: () => void changeSettings(api, 'appearance', { theme: isDark() ? 'light' : 'dark' }).catch(reportProblem),
      },
    ],
  } satisfies Door
}

function Page({ context: { api, commands, info } }: { readonly context: DoorContext }) {
  const keys = useSettings(state => state.settings.keys)
  const bindable = useMemo(
    () => commands.all.map(({ id, title, keys: own }) => ({ id, title, own, keys: keys[id] ?? own })),
    [commands, keys],
  )
  return (
    <SettingsPage
      api={api}
      commands={bindable}
      themes={terminalThemes}
      info={info}
      vault={<VaultSettings api={api} onProblem={reportProblem} />}
      onProblem={reportProblem}
    />
  )
}
