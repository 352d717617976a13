import { z } from 'zod'

import { exactLine } from './text.ts'

/** The name of a session on a host, exactly as its program knows it. */
export const sessionName = exactLine(512).min(1)

/** Which of a user's tmux servers: the default one, or the one that only Hawser uses (`tmux -L hawser`). */
export const tmuxSocket = z.enum(['default', 'hawser'])
export type TmuxSocket = z.output<typeof tmuxSocket>

/** What a terminal runs instead of a login shell: it attaches to a session that outlives the connection. */
export const sessionRun = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('tmux'),
    socket: tmuxSocket,
    session: sessionName,
    /** Starts the session if there is none: it keeps the shell of this terminal when the connection ends. */
    start: z.literal(true).optional(),
    /** The name under which it was started to keep a terminal's shell; a rename doesn't change it. */
    kept: sessionName.optional(),
    /** Finds the session under another name; a new tmux server counts its ids from $0, so the time belongs to it. */
    known: z.strictObject({ id: z.string().regex(/^\$\d{1,9}$/), created: z.int().min(0) }).optional(),
  }),
  z.strictObject({ kind: z.enum(['screen', 'zellij']), session: sessionName }),
])
export type SessionRun = Readonly<z.output<typeof sessionRun>>
