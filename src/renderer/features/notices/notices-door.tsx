import { copyText } from '../../mirrors/copy-text.ts'
import { mirrorNotices, reportProblem } from '../../mirrors/notices.ts'
import { labelOf } from '../../mirrors/targets.ts'
import { mirrorUnsent } from '../../mirrors/unsent-edits.ts'
import type { Door, DoorContext } from '../../workspace/door.ts'
import { Notices } from './notices.tsx'
import { UnsentEdits } from './unsent-edits.tsx'

/** Notices in the corner, and edits that are not on their host yet. */
export function noticesDoor({ api, follow, store }: DoorContext) {
  store.add(mirrorNotices(api, follow))
  store.add(mirrorUnsent(api, follow))
  return {
    overlays: [
      {
        View: () => (
          <Notices api={api}>
            <UnsentEdits api={api} labelOf={labelOf} copy={text => copyText(api, text)} onProblem={reportProblem} />
          </Notices>
        ),
      },
    ],
  } satisfies Door
}
