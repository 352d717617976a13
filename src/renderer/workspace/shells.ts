import type { Event } from '../../shared/base/event.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { TerminalId } from '../../shared/contract/terminals.ts'

/** A shell that runs in a pane now, for the first time or again. */
export interface OpenedShell {
  readonly paneId: TerminalId
  readonly target: Target
  /** True for a shell that replaced one whose connection was lost, without anybody asking for it. */
  readonly again: boolean
}

/** The shells in the panes of this window, for features that type into them or read from them. */
export interface Shells {
  readonly onOpened: Event<OpenedShell>
  /** Connects, or connects again; failures show in the pane. */
  open(paneId: TerminalId, target: Target): Promise<void>
  focus(paneId: string): void
  /**
   * Types a command that is already quoted for that shell; with `send` Enter follows. Waits for a shell that is only just
   * starting. Errors: a terminal that is not connected, and a text that this shell can't take from the keyboard.
   */
  typeCommand(paneId: string, text: string, send: boolean): Promise<void>
  /** The selected text; empty for none. */
  selectionOf(paneId: string): string
  /** The command that was typed last; null when none is known. */
  lastCommandOf(paneId: string): string | null
  /** The shell's working directory, as far as it reports it. */
  folderOf(paneId: string): string | null
}

/** Sends text to a terminal, as one paste and Enter: what an IDE does with its console. */
export interface TextSender {
  /** The name of the terminal that had the focus last; null while there is none to send to. A hook. */
  useName(): string | null
  /** How often something was sent to it. A hook. */
  useCount(): number
  /** Sends to that terminal, or to the given one. */
  send(text: string, paneId?: string): void
}
