import { z } from 'zod'

import { call, event } from './define.ts'
import { filePath, side } from './files.ts'
import { exactLine, line } from './text.ts'

/** All settings with their defaults. Plain JSON, no secrets. */
export const settingsSchema = z.strictObject({
  appearance: z
    .strictObject({ theme: z.enum(['system', 'dark', 'light']).default('system') })
    .default({ theme: 'system' }),
  terminal: z
    .strictObject({
      fontFamily: line(256).default('JetBrains Mono Variable'),
      fontSize: z.number().min(6).max(40).default(13),
      lineHeight: z.number().min(1).max(2).default(1.25),
      ligatures: z.boolean().default(false),
      cursorStyle: z.enum(['block', 'bar', 'underline']).default('block'),
      cursorBlink: z.boolean().default(true),
      darkTheme: line(64).default('hawser-dark'),
      lightTheme: line(64).default('hawser-light'),
      scrollback: z.int().min(0).max(200_000).default(10_000),
      copyOnSelect: z.boolean().default(false),
      middleClickPaste: z.boolean().default(true),
      confirmMultilinePaste: z.boolean().default(true),
      /** When to ask before closing a tab or pane: while a program runs in it, while its shell runs, or never. */
      confirmCloseTab: z.enum(['busy', 'always', 'never']).default('busy'),
      /** Connects lost terminals again by itself. */
      reconnect: z.boolean().default(true),
      /** Connects the terminals of the last run again when Hawser starts. */
      reconnectRestored: z.boolean().default(false),
      /** What happens to a kept session when its tab is closed. */
      closeKept: z.enum(['ask', 'detach', 'end']).default('ask'),
      /** How tmux sessions are attached: their windows as tabs and their panes as splits (tmux 3.2), or in one terminal. */
      tmux: z.enum(['tabs', 'terminal']).default('tabs'),
      bell: z.enum(['none', 'visual', 'sound']).default('visual'),
      screenReader: z.boolean().default(false),
      localShell: exactLine(1024).default(''),
      /**
       * How many cells a character takes: each character on its own as in a C library, an emoji sequence as a whole as
       * in newer programs, or as on systems from before 2016.
       */
      characterWidths: z.enum(['characters', 'graphemes', 'unicode-6']).default('characters'),
      /** The Option keys of a Mac that act as Meta instead of typing special characters. */
      optionAsMeta: z.enum(['neither', 'left', 'right', 'both']).default('neither'),
      /** Whether programs may write to the clipboard (OSC 52); none may read it. */
      clipboardWrites: z.enum(['ask', 'always', 'never']).default('ask'),
      /** The answers per target, by `targetKey`. */
      clipboardHosts: z
        .array(z.strictObject({ key: exactLine(8192), label: line(256), allow: z.boolean() }))
        .max(500)
        .default([]),
      /** Shows the forwards of a host beside its terminals. */
      sidePanel: z.boolean().default(true),
    })
    .prefault({}),
  files: z
    .strictObject({
      hidden: z.boolean().default(false),
      columns: z
        .array(z.enum(['size', 'modified', 'mode', 'owner', 'type']))
        .max(5)
        .default(['size', 'modified', 'mode']),
      /** Column widths in pixels that differ from the defaults. */
      widths: z
        .partialRecord(z.enum(['size', 'modified', 'mode', 'owner', 'type']), z.int().min(40).max(600))
        .default({}),
      /** How symlinks are copied. */
      links: z.enum(['keep', 'follow', 'skip']).default('keep'),
      /**
       * The command of the external editor, with `{file}` for the file's path; empty means the system's text editor.
       */
      editor: exactLine(1024).default(''),
      /** Compares checksums after each copy. */
      verify: z.boolean().default(false),
      bookmarks: z
        .array(z.strictObject({ side, path: filePath, label: line(256) }))
        .max(200)
        .default([]),
    })
    .prefault({}),
  forwards: z
    .strictObject({
      /** Keeps forwards running without a window, with a tray icon. */
      keepInTray: z.boolean().default(false),
    })
    .prefault({}),
  snippets: z
    .strictObject({
      /** The maximum number of hosts to run a snippet on in parallel. */
      atOnce: z.int().min(1).max(100).default(10),
    })
    .prefault({}),
  security: z
    .strictObject({
      /** Locks the vault after this many minutes of inactivity; 0 is never. */
      autoLockMinutes: z.int().min(0).max(1440).default(0),
      confirmClose: z.boolean().default(true),
    })
    .prefault({}),
  /** Key combinations by command ID; an empty one removes the shortcut. */
  keys: z.record(line(64), line(64)).default({}),
})
export type Settings = z.output<typeof settingsSchema>

/** The user's settings. */
export const settings = {
  get: call(z.void()).returns<Settings>(),
  save: call(z.strictObject({ settings: settingsSchema })).returns<void>(),
  onChanged: event<Settings>(),
}
