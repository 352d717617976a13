import { ScrollText } from 'lucide-react'

import { mirrorActivity } from '../../mirrors/activity.ts'
import { reportProblem } from '../../mirrors/notices.ts'
import { openLink } from '../../mirrors/open-link.ts'
import type { Door, DoorContext } from '../../workspace/door.ts'
import { showHome } from '../../workspace/workspace-store.ts'
import { ActivityPage } from './activity-page.tsx'

/** The list of what happened. */
export function activityDoor({ api, follow, store }: DoorContext) {
  store.add(mirrorActivity(api, follow))
  return {
    pages: [
      {
        id: 'activity',
        text: 'Activity',
        icon: <ScrollText size={16} aria-hidden="true" />,
        place: 520,
        View: () => (
          <ActivityPage
            onClear={() => void api.activity.clear().catch(reportProblem)}
            openLink={address => openLink(api, address)}
          />
        ),
      },
    ],
    commands: [
      { id: 'activity', title: 'Go to activity', keywords: 'history log', keys: '', run: () => showHome('activity') },
    ],
  } satisfies Door
}
