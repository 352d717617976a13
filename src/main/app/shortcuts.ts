import { existsSync } from 'node:fs'

import { app } from 'electron/main'

import type { SideInfo } from '../../shared/contract/files.ts'
import { toPath } from '../files/native-path.ts'

const known = [
  ['Home', 'home'],
  ['Desktop', 'desktop'],
  ['Documents', 'documents'],
  ['Downloads', 'downloads'],
] as const

/** Returns those of the user's standard folders that exist. */
export function shortcuts(): SideInfo['shortcuts'] {
  return known.flatMap(([name, id]) => {
    try {
      const path = app.getPath(id)
      return existsSync(path) ? [{ name, path: toPath(path) }] : []
    } catch {
      // Not every system has each of them.
      return []
    }
  })
}
