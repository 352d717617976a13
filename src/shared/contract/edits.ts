import { z } from 'zod'

import { call } from './define.ts'
import { place } from './files.ts'

/** Files of a host that are open in a program of this computer; what is saved there goes back. */
export const edits = {
  /** Fetches the file and opens it; answers when the program was started. */
  open: call(z.strictObject({ place })).returns<void>(),
}
