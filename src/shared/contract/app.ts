import { z } from 'zod'

import { call, event } from './define.ts'
import { filePath } from './files.ts'
import { exactLine, line } from './text.ts'

export interface AppInfo {
  readonly version: string
  readonly electron: string
  readonly chrome: string
  readonly node: string
  readonly platform: 'linux' | 'darwin' | 'win32'
  readonly dataFolder: string
}

/** A notice from the main process for the user, for example about a damaged file. */
export interface Notice {
  readonly id: string
  readonly level: 'info' | 'warning' | 'error'
  readonly text: string
}

/** The program itself. */
export const app = {
  info: call(z.void()).returns<AppInfo>(),
  /** Opens http, https and mailto URLs in the user's browser; rejects others. */
  openExternal: call(z.strictObject({ url: exactLine(8192) })).returns<void>(),
  /** Copies text to the clipboard, or to the primary selection if the system has one. */
  copy: call(
    z.strictObject({ text: z.string().max(16_777_216), to: z.enum(['clipboard', 'selection']).default('clipboard') }),
  ).returns<void>(),
  /** Returns the clipboard's text, at most 1 MiB, for pasting into a terminal. */
  paste: call(z.strictObject({ from: z.enum(['clipboard', 'selection']) })).returns<string>(),
  /** Returns the files copied in the system's file manager; none if the clipboard contains something else. */
  copiedFiles: call(z.void()).returns<readonly string[]>(),
  /** Applies the theme's colors to the window's own buttons. */
  setFrame: call(z.strictObject({ dark: z.boolean() })).returns<void>(),
  /** Asks for a file with the system's dialog; null if cancelled. */
  chooseFile: call(z.strictObject({ title: line(128) })).returns<string | null>(),
  /** Asks for a local folder with the system's dialog; null if cancelled. */
  chooseFolder: call(z.strictObject({ title: line(128) })).returns<string | null>(),
  /** Turns a drag that has just started into a system drag with these local files. */
  dragOut: call(z.strictObject({ paths: z.array(filePath).min(1).max(10_000) })).returns<void>(),
  /** Called after a network change in the window: live connections are probed, and waiting ones retry at once. */
  networkChanged: call(z.void()).returns<void>(),
  notices: call(z.void()).returns<readonly Notice[]>(),
  dismissNotice: call(z.strictObject({ id: line(64) })).returns<void>(),
  onNotices: event<readonly Notice[]>(),
  /** Emitted when the user approved an `ssh://` URL from another program. */
  onOpenAddress: event<string>(),
}
