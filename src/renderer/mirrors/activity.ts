import { create } from 'zustand'

import type { ActivityEntry } from '../../shared/contract/activity.ts'
import type { Disposable } from '../../shared/base/lifecycle.ts'
import type { Api } from '../../shared/contract/contract.ts'
import type { Follow } from '../ipc/mirror.ts'

export const useActivity = create<{ readonly entries: readonly ActivityEntry[] }>()(() => ({ entries: [] }))

/** Mirrors main's activity log. */
export function mirrorActivity({ activity }: Api, follow: Follow): Disposable {
  const show = (entries: readonly ActivityEntry[]) => useActivity.setState({ entries })
  return follow({ name: 'the activity', list: activity.list, onChanged: activity.onChanged, show })
}
