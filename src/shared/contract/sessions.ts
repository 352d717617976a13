import { z } from 'zod'

import type { ServerText } from '../base/server-text.ts'
import { call } from './define.ts'
import { sessionRun, type SessionRun } from './session-run.ts'
import { remoteTarget } from './targets.ts'
import { exactLine, line } from './text.ts'

/** A session of tmux, screen or zellij on a host. Its texts are cleaned; `run` has its exact name. */
export interface HostSession {
  /** Attaches to it, and names it in every call. */
  readonly run: SessionRun
  readonly name: string
  /** Null where the program doesn’t say. */
  readonly windows: number | null
  /** The number of terminals that are attached to it; null where the program doesn’t say. */
  readonly clients: number | null
  /** In milliseconds of this computer’s clock; null where the program doesn’t say. */
  readonly created: number | null
  readonly active: number | null
  /** The working directory, with ~ for the home folder, and the command of the active pane; empty if unknown. */
  readonly folder: string
  readonly command: string
  /** The commands of all panes. */
  readonly running: readonly string[]
}

/** The sessions of a host. */
export interface SessionList {
  /** The version of tmux; null if it is not installed. */
  readonly tmux: string | null
  /** The session that was used last first. */
  readonly sessions: readonly HostSession[]
  /** The messages of programs whose sessions can’t be listed. */
  readonly problems: readonly ServerText[]
}

export const longestSessionName = 100

/** Returns what is wrong with the name of a new session, as a sentence; null if nothing is. */
export function wrongSessionName(name: string): string | null {
  if (name.trim() === '') return 'Enter a name.'
  if (name.length > longestSessionName) return `Enter at most ${longestSessionName} characters.`
  // tmux would expand it: #S, #{…} and #(…) are its formats.
  if (name.includes('#')) return 'The name of a tmux session can’t contain #.'
  return null
}

/** Returns the name that tmux makes of a name: it uses . and : in its own syntax. */
export function tmuxName(name: string): string {
  return name.trim().replaceAll(/[.:]/g, '_')
}

const newName = line(longestSessionName).refine(
  name => wrongSessionName(name) === null,
  'must be a name that tmux accepts',
)
const tmuxRun = sessionRun.refine(({ kind }) => kind === 'tmux', 'must be a session of tmux')

/** Sessions that outlive the connection: those of tmux, screen and zellij on a host. Nothing is installed for them. */
export const sessions = {
  /**
   * Lists them within 30 s. With `connect`, signs in first where necessary; otherwise null for a host that isn’t
   * connected. Errors: those of connecting, and `unsupported` if the host runs no scripts.
   */
  list: call(z.strictObject({ target: remoteTarget, connect: z.boolean() })).returns<SessionList | null>(),
  /**
   * Starts a session of tmux that is not attached to anything, in a folder or, if empty, in the home folder. Errors:
   * `exists` if the name is taken, `not-found` without tmux or the folder.
   */
  create: call(z.strictObject({ target: remoteTarget, name: newName, folder: exactLine(4096) })).returns<SessionRun>(),
  /** Errors: `exists` if the name is taken, `not-found` if the session has ended. */
  rename: call(z.strictObject({ target: remoteTarget, run: tmuxRun, name: newName })).returns<void>(),
  /**
   * Detaches all terminals except those of this connection, and returns how many. Errors: `not-found` if the session
   * has ended.
   */
  detachOthers: call(z.strictObject({ target: remoteTarget, run: tmuxRun })).returns<number>(),
  /** Ends sessions and everything that runs in them; those that have already ended are skipped. */
  end: call(z.strictObject({ target: remoteTarget, runs: z.array(sessionRun).min(1).max(500) })).returns<void>(),
}
