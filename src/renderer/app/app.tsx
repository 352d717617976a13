import { useEffect } from 'react'

import { ErrorBoundary } from '../ui/error-boundary.tsx'
import { keepKeyboard } from '../ui/keyboard-home.ts'
import type { Door, DoorContext } from '../workspace/door.ts'
import { activeTab, useWorkspace, type Tab } from '../workspace/workspace-store.ts'
import css from './app.module.css'
import { Overlays } from './overlays.tsx'
import { Rail } from './rail.tsx'
import { StatusBar } from './status-bar.tsx'
import { TitleBar } from './title-bar.tsx'

/** The frame: title bar with tabs, the page or the tab in front, panels, status bar, and what lies over them. */
export function App({ context }: { readonly context: DoorContext }) {
  const { doors } = context
  const tab = useWorkspace(activeTab)
  const page = useWorkspace(state => state.page)
  useEffect(() => keepKeyboard(), [tab?.id, page])
  return (
    <div className={css['app']}>
      <TitleBar context={context} />
      <main className={css['stage']}>
        <div className={css['body']}>
          <ErrorBoundary key={tab?.id ?? 'home'} what={tab ? 'This tab' : 'This page'}>
            {tab ? <TabView tab={tab} doors={doors} /> : <Home doors={doors} />}
          </ErrorBoundary>
        </div>
        {doors.map(
          ({ panel: Panel }, at) =>
            Panel && (
              <ErrorBoundary key={at} what="This panel">
                <Panel />
              </ErrorBoundary>
            ),
        )}
      </main>
      <ErrorBoundary what="The status bar">
        <StatusBar doors={doors} />
      </ErrorBoundary>
      <Overlays doors={doors} />
    </div>
  )
}

function TabView({ tab, doors }: { readonly tab: Tab; readonly doors: readonly Door[] }) {
  const View = doors.find(door => door.tab?.kind === tab.kind)?.tab?.View
  return View && <View tab={tab} />
}

function Home({ doors }: { readonly doors: readonly Door[] }) {
  const page = useWorkspace(state => state.page)
  const View = doors.flatMap(({ pages = [] }) => pages).find(({ id }) => id === page)?.View
  return (
    <div className={css['home']}>
      <Rail doors={doors} />
      <ErrorBoundary key={page} what="This page">
        {View && <View />}
      </ErrorBoundary>
    </div>
  )
}
