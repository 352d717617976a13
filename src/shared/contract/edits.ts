import { z } from 'zod'

import { call, event } from './define.ts'
import { place, type Place } from './files.ts'

export const editId = z
  .string()
  .regex(/^[0-9a-f]{16}$/)
  .brand<'EditId'>()
export type EditId = z.infer<typeof editId>

/** Changes to a remote file, made in a local editor and not uploaded yet. */
export interface UnsentEdit {
  readonly id: EditId
  readonly place: Place
  /** The local copy with the changes. */
  readonly path: string
  /** The reason, as a sentence. */
  readonly why: string
  /** True if it is uploaded automatically once the host is reachable. */
  readonly retries: boolean
}

/** Remote files that are open in a local editor; each save is uploaded. */
export const edits = {
  /** Downloads the file and opens it in a text editor; resolves once that has started. */
  open: call(z.strictObject({ place })).returns<void>(),
  /** Returns the changes that were not uploaded yet, including those of earlier runs. */
  unsent: call(z.void()).returns<readonly UnsentEdit[]>(),
  /** Tries to upload the changes now. */
  send: call(z.strictObject({ id: editId })).returns<void>(),
  /** Leaves the changes in the local copy: they are not offered again, but later saves are uploaded. */
  drop: call(z.strictObject({ id: editId })).returns<void>(),
  onUnsent: event<readonly UnsentEdit[]>(),
}
