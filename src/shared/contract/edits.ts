import { z } from 'zod'

import { call, event } from './define.ts'
import { place, type Place } from './files.ts'

export const editId = z
  .string()
  .regex(/^[0-9a-f]{16}$/)
  .brand<'EditId'>()
export type EditId = z.infer<typeof editId>

/** A remote file that was changed in a local editor and isn't on the host yet. */
export interface UnsentEdit {
  readonly id: EditId
  readonly place: Place
  /** The local copy that holds the changes. */
  readonly path: string
  /** The reason, as a sentence. */
  readonly why: string
  /** True when it is sent by itself once the host can be reached. */
  readonly retries: boolean
}

/** Remote files that are open in a local editor; each save there is sent back. */
export const edits = {
  /** Fetches the file and opens it in a text editor; answers when that was started. */
  open: call(z.strictObject({ place })).returns<void>(),
  /** The changes that are not on the host yet, also those of an earlier run. */
  unsent: call(z.void()).returns<readonly UnsentEdit[]>(),
  /** Tries to send the changes now. */
  send: call(z.strictObject({ id: editId })).returns<void>(),
  /** Leaves the changes in the local copy: they are not offered again, later saves are sent. */
  drop: call(z.strictObject({ id: editId })).returns<void>(),
  onUnsent: event<readonly UnsentEdit[]>(),
}
