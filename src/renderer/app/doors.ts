import { activityDoor } from '../features/activity/activity-door.tsx'
import { filesDoor } from '../features/files/files-door.tsx'
import { forwardsDoor } from '../features/forwards/forwards-door.tsx'
import { hostsDoor } from '../features/hosts/hosts-door.tsx'
import { keysDoor } from '../features/keys/keys-door.tsx'
import { noticesDoor } from '../features/notices/notices-door.tsx'
import { paletteDoor } from '../features/palette/palette-door.tsx'
import { promptsDoor } from '../features/prompts/prompts-door.tsx'
import { sessionsDoor } from '../features/sessions/sessions-door.tsx'
import { settingsDoor } from '../features/settings/settings-door.tsx'
import { snippetsDoor } from '../features/snippets/snippets-door.tsx'
import { terminalsDoor } from '../features/terminals/terminals-door.tsx'
import { transfersDoor } from '../features/transfers/transfers-door.tsx'
import { vaultDoor } from '../features/vault/vault-door.tsx'
import type { Door, DoorContext } from '../workspace/door.ts'
import type { Requests } from '../workspace/requests.ts'

/** Every feature of the window. Their order is that of palette entries, status bar and panels. */
const doors = [
  hostsDoor,
  filesDoor,
  promptsDoor,
  sessionsDoor,
  snippetsDoor,
  forwardsDoor,
  keysDoor,
  activityDoor,
  settingsDoor,
  transfersDoor,
  vaultDoor,
  noticesDoor,
  paletteDoor,
  terminalsDoor,
] as const

type AnswersOf<D> = D extends (context: DoorContext) => { readonly answers: infer A } ? keyof A : never
type Unanswered = Exclude<keyof Requests, AnswersOf<(typeof doors)[number]>>

// Does not compile while a request that features make of each other is answered by none of them.
type Doors = [Unanswered] extends [never] ? readonly Door[] : never

/** Opens every door. */
export function openDoors(context: DoorContext): Doors {
  return doors.map(open => open(context))
}
