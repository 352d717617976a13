import { create } from 'zustand'

import type { Api } from '../../../shared/contract/contract.ts'
import type { Draft, Place } from '../../../shared/contract/files.ts'
import { sideText } from '../../mirrors/sides.ts'

/** The unsaved texts of open editors and of those that closed with their tabs, by place. */
const useDrafts = create<{ readonly drafts: Readonly<Record<string, Draft>> }>()(() => ({ drafts: {} }))

// A long text is copied to main less often.
const [longText, soonMs, laterMs] = [100_000, 200, 1_000]

export function draftOf(place: Place): Draft | undefined {
  return useDrafts.getState().drafts[keyOf(place)]
}

/** Keeps unsaved text, in main as well, where it outlives this page. */
export function keepDraft(api: Api, draft: Draft): void {
  const key = keyOf(draft.place)
  const known = draftOf(draft.place) !== undefined
  useDrafts.setState(({ drafts }) => ({ drafts: { ...drafts, [key]: draft } }))
  if (known) return
  // From the first change on, the newest text is sent until there is none.
  let sent: Draft | undefined
  const send = () => {
    const now = useDrafts.getState().drafts[key]
    if (!now) return
    // Without the copy, the text is still in this page.
    if (now !== sent) void api.files.keepDraft(now).catch(() => {})
    sent = now
    window.setTimeout(send, now.text.length > longText ? laterMs : soonMs)
  }
  send()
}

export function dropDraft(api: Api, place: Place): void {
  if (draftOf(place) === undefined) return
  const { [keyOf(place)]: _dropped, ...drafts } = useDrafts.getState().drafts
  useDrafts.setState({ drafts })
  void api.files.dropDraft({ place }).catch(() => {})
}

/** Takes over the unsaved texts of the page before this one, and returns them. */
export async function takeOverDrafts(api: Api): Promise<readonly Draft[]> {
  const left = await api.files.drafts()
  for (const draft of left) keepDraft(api, draft)
  return left
}

/** Asks before the window closes while there are unsaved texts. */
export function guardDrafts(window: Window): void {
  window.addEventListener('beforeunload', event => {
    if (Object.keys(useDrafts.getState().drafts).length > 0) event.preventDefault()
  })
}

function keyOf({ side, path }: Place): string {
  return `${sideText(side)} ${path}`
}
