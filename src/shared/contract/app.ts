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

/** Something the person should know that main found out, such as a damaged file it set aside. */
export interface Notice {
  readonly id: string
  readonly level: 'info' | 'warning' | 'error'
  readonly text: string
}

/** The program itself. */
export const app = {
  info: call(z.void()).returns<AppInfo>(),
  /** Opens http, https and mailto addresses in the person's browser; refuses the rest. */
  openExternal: call(z.strictObject({ url: exactLine(8192) })).returns<void>(),
  /** Puts text on the clipboard, or into the primary selection where the system has one. */
  copy: call(
    z.strictObject({ text: z.string().max(16_777_216), to: z.enum(['clipboard', 'selection']).default('clipboard') }),
  ).returns<void>(),
  /** The clipboard's text, at most 1 MiB; for pasting into a terminal. */
  paste: call(z.strictObject({ from: z.enum(['clipboard', 'selection']) })).returns<string>(),
  /** The files that were copied in the system's file manager; none when the clipboard holds something else. */
  copiedFiles: call(z.void()).returns<readonly string[]>(),
  /** The colours of the window's own buttons follow the theme. */
  setFrame: call(z.strictObject({ dark: z.boolean() })).returns<void>(),
  /** Asks for a file with the system's dialog; null when cancelled. */
  chooseFile: call(z.strictObject({ title: line(128) })).returns<string | null>(),
  /** Asks for a folder of this computer with the system's dialog; null when cancelled. */
  chooseFolder: call(z.strictObject({ title: line(128) })).returns<string | null>(),
  /** Hands a drag that has just begun over to the system: these files of this computer, to be dropped anywhere. */
  dragOut: call(z.strictObject({ paths: z.array(filePath).min(1).max(10_000) })).returns<void>(),
  /** The window heard of a change of network: live connections are probed, and what waits for one tries at once. */
  networkChanged: call(z.void()).returns<void>(),
  notices: call(z.void()).returns<readonly Notice[]>(),
  dismissNotice: call(z.strictObject({ id: line(64) })).returns<void>(),
  onNotices: event<readonly Notice[]>(),
  /** A `ssh://` address came from outside and the person said yes to it. */
  onOpenAddress: event<string>(),
}
