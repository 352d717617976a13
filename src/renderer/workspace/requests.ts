import type { SessionRun } from '../../shared/contract/session-run.ts'
import type { Host, HostId } from '../../shared/contract/hosts.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { Shells, TextSender } from './shells.ts'

/** A tab or a pane to close. */
export type Closable =
  { readonly kind: 'tab'; readonly tabId: string } | { readonly kind: 'pane'; readonly paneId: string }

/** What features ask of each other. Each is answered by the one feature whose door names it in `answers`. */
export interface Requests {
  readonly shells: Shells
  readonly sender: TextSender
  /** Opens a terminal in a tab of its own; with a folder, its shell goes there first. */
  openTerminal(target: Target, folder?: string): void
  /** Shows the terminal that is attached to a session, in a new tab if there is none. */
  attachSession(target: Target, run: SessionRun): void
  /** Closes a tab or a pane, after a question where something still runs in it. */
  close(what: Closable): void
  /** Lists the sessions of a target again, where a terminal has just left one or ended it. */
  relistSessions(target: Target): void
  /** Opens a link that a target printed, or that is in one of its files. */
  openLink(target: Target, address: string): void
  /** Opens the form of a host. */
  editHost(host: Host): void
  /** Opens the form of a new host for a typed address. */
  saveTarget(target: Target, onSaved?: (id: HostId) => void): void
  /** Opens a file of this computer in the editor, at a line. */
  editLocalFile(path: string, line: number): void
}
