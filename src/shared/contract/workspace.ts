import { z } from 'zod'

import { call } from './define.ts'
import { filePath, side } from './files.ts'
import { sessionRun } from './session-run.ts'
import { target } from './targets.ts'
import { terminalId } from './terminals.ts'
import { line } from './text.ts'

/** One terminal pane as data: its target, its title, and the session that it attaches to each time it connects. */
const pane = z.strictObject({ id: terminalId, target, title: line(256), run: sessionRun.optional() })
export type Pane = Readonly<z.output<typeof pane>>

/** A tree of splits whose leaves are panes; weights are relative sizes. */
export type SplitTree =
  | { readonly kind: 'pane'; readonly paneId: string }
  | { readonly kind: 'split'; readonly direction: 'row' | 'column'; readonly children: readonly SplitBranch[] }
export interface SplitBranch {
  readonly weight: number
  readonly tree: SplitTree
}

const splitTree: z.ZodType<SplitTree> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('pane'), paneId: terminalId }),
  z.strictObject({
    kind: z.literal('split'),
    direction: z.enum(['row', 'column']),
    get children() {
      return z
        .array(z.strictObject({ weight: z.number().positive().max(1e6), tree: splitTree }))
        .min(1)
        .max(32)
    },
  }),
]) as z.ZodType<SplitTree>

/** One tab of a file pane: its side and path; null is the home folder. */
const fileTab = z.strictObject({ id: z.uuid(), side, path: filePath.nullable() })
export type FileTab = Readonly<z.output<typeof fileTab>>

/** The tabs of one of the two file panes. */
const fileTabs = z.strictObject({ tabs: z.array(fileTab).min(1).max(32), active: z.int().min(0).max(31) })
export type FileTabs = Readonly<z.output<typeof fileTabs>>

const savedTerminals = z.strictObject({
  id: z.uuid(),
  title: line(256).nullable().default(null),
  panes: z.array(pane).min(1).max(32),
  layout: splitTree.nullable().default(null),
})
const savedFiles = z.strictObject({
  id: z.uuid(),
  title: line(256).nullable().default(null),
  left: fileTabs,
  right: fileTabs,
})

const savedTab = z.union([savedTerminals, savedFiles])

export const savedWorkspace = z.strictObject({
  tabs: z.array(savedTab).max(100).default([]),
  activeId: z.string().max(64).nullable().default(null),
})
export type SavedWorkspace = Readonly<z.output<typeof savedWorkspace>>

/** The tabs and splits of the last run, restored by the next one. */
export const workspace = {
  load: call(z.void()).returns<SavedWorkspace>(),
  save: call(z.strictObject({ workspace: savedWorkspace })).returns<void>(),
}
