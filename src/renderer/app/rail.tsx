import { Braces, Files, Fingerprint, KeyRound, ScrollText, Server, Settings, Waypoints } from 'lucide-react'
import type { ReactNode } from 'react'

import { useForwards } from '../mirrors/forwards.ts'
import { useHosts } from '../mirrors/hosts.ts'
import { useSnippets } from '../mirrors/snippets.ts'
import { showFiles } from '../workspace/files-tabs.ts'
import { showHome, useWorkspace, type HomePage } from '../workspace/workspace-store.ts'
import css from './app.module.css'

/** The pages of Home. */
export function Rail() {
  const count = useHosts(state => state.book.hosts.length)
  const up = useForwards(state => state.book.forwards.filter(each => each.state.kind === 'up').length)
  const snippets = useSnippets(state => state.book.snippets.length)
  return (
    <nav aria-label="Main" className={css['rail']}>
      <RailLink page="hosts" icon={<Server size={16} aria-hidden="true" />} text="Hosts" count={count} />
      <RailAction icon={<Files size={16} aria-hidden="true" />} text="Files" run={showFiles} />
      <RailLink page="forwards" icon={<Waypoints size={16} aria-hidden="true" />} text="Forwards" count={up} />
      <RailLink page="snippets" icon={<Braces size={16} aria-hidden="true" />} text="Snippets" count={snippets} />
      <span className={css['line']} role="separator" />
      <RailLink page="keys" icon={<KeyRound size={16} aria-hidden="true" />} text="Keys" />
      <RailLink page="known-hosts" icon={<Fingerprint size={16} aria-hidden="true" />} text="Known hosts" />
      <RailLink page="activity" icon={<ScrollText size={16} aria-hidden="true" />} text="Activity" />
      <span className={css['grow']} />
      <RailLink page="settings" icon={<Settings size={16} aria-hidden="true" />} text="Settings" />
    </nav>
  )
}

/** A link that leaves Home for a tab. */
function RailAction({ icon, text, run }: { icon: ReactNode; text: string; run: () => void }) {
  return (
    <a
      href={`#${text.toLowerCase()}`}
      aria-label={text}
      onClick={event => {
        event.preventDefault()
        run()
      }}
    >
      {icon}
      <span>{text}</span>
    </a>
  )
}

function RailLink({ page, icon, text, count = 0 }: { page: HomePage; icon: ReactNode; text: string; count?: number }) {
  const current = useWorkspace(state => state.page === page)
  return (
    <a
      href={`#${page}`}
      aria-current={current ? 'page' : undefined}
      aria-label={text}
      onClick={event => {
        event.preventDefault()
        showHome(page)
      }}
    >
      {icon}
      <span>{text}</span>
      {count > 0 && <span className={css['count']}>{count}</span>}
    </a>
  )
}
