import { ScrollText } from 'lucide-react'

import type { ActivityEntry } from '../../../shared/contract/activity.ts'
import { Button } from '../../ui/button.tsx'
import { LinkedText } from '../../ui/linked-text.tsx'
import { Dot, type Tone } from '../../ui/tag.tsx'
import ui from '../../ui/page.module.css'
import css from './activity.module.css'
import { useActivity } from '../../mirrors/activity.ts'

const looks: Record<ActivityEntry['kind'], { readonly tone: Tone; readonly word: string }> = {
  connected: { tone: 'ok', word: 'connected' },
  closed: { tone: 'none', word: 'closed' },
  failed: { tone: 'bad', word: 'failed' },
  lost: { tone: 'bad', word: 'connection lost' },
  trusted: { tone: 'info', word: 'key trusted' },
  'key-replaced': { tone: 'warn', word: 'key replaced' },
  'keys-learned': { tone: 'info', word: 'key learned' },
  said: { tone: 'info', word: 'server notice' },
  copied: { tone: 'ok', word: 'copied' },
  ran: { tone: 'ok', word: 'ran' },
  'run-failed': { tone: 'bad', word: 'run failed' },
  'copy-failed': { tone: 'bad', word: 'copy incomplete' },
}

const when = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

/** The activity log, newest first. */
export function ActivityPage({
  onClear,
  openLink,
}: {
  readonly onClear: () => void
  readonly openLink: (address: string) => void
}) {
  const entries = useActivity(state => state.entries)
  return (
    <div className={ui['page']}>
      <div className={css['head']}>
        <h1>Activity</h1>
        {entries.length > 0 && (
          <Button small onClick={onClear}>
            Clear activity
          </Button>
        )}
      </div>
      {entries.length === 0 ? (
        <div className={ui['empty']}>
          <ScrollText size={36} strokeWidth={1.25} aria-hidden="true" />
          <div>
            <strong>No activity yet</strong>
            <p>Connections, errors and host key decisions are listed here. Passwords are never recorded.</p>
          </div>
        </div>
      ) : (
        <ul className={css['list']} aria-label="Activity">
          {entries.map(entry => (
            <li key={entry.id}>
              <Dot tone={looks[entry.kind].tone} label="" />
              <span>{looks[entry.kind].word}</span>
              <time dateTime={new Date(entry.at).toISOString()}>{when.format(entry.at)}</time>
              <strong>{entry.subject}</strong>
              <span>{entry.kind === 'said' ? <LinkedText text={entry.text} open={openLink} /> : entry.text}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
