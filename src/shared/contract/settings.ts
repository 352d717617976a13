import { z } from 'zod'

import { call, event } from './define.ts'
import { filePath, side } from './files.ts'
import { exactLine, line } from './text.ts'

/** Everything a person can set, with its default. Plain JSON, no secrets. */
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
      /** Asks before a tab or pane is closed: when a program runs in it, whenever its shell runs, or never. */
      confirmCloseTab: z.enum(['busy', 'always', 'never']).default('busy'),
      bell: z.enum(['none', 'visual', 'sound']).default('visual'),
      screenReader: z.boolean().default(false),
      localShell: exactLine(1024).default(''),
      /**
       * How many cells a character takes: as a C library counts each by itself, as newer programs count an emoji with its
       * parts, or as systems from before 2016 do.
       */
      characterWidths: z.enum(['characters', 'graphemes', 'unicode-6']).default('characters'),
      /** The Option keys of a Mac that a program gets as Meta, rather than the character they write. */
      optionAsMeta: z.enum(['neither', 'left', 'right', 'both']).default('neither'),
      /** Whether programs may put text on the clipboard (OSC 52); none may read it. */
      clipboardWrites: z.enum(['ask', 'always', 'never']).default('ask'),
      /** What was answered for each target, by its `targetKey`. */
      clipboardHosts: z
        .array(z.strictObject({ key: exactLine(8192), label: line(256), allow: z.boolean() }))
        .max(500)
        .default([]),
      /** Beside the terminals of a host: its forwards. */
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
      /** The widths of columns in pixels, where they are not the usual ones. */
      widths: z
        .partialRecord(z.enum(['size', 'modified', 'mode', 'owner', 'type']), z.int().min(40).max(600))
        .default({}),
      /** What becomes of links when files are copied. */
      links: z.enum(['keep', 'follow', 'skip']).default('keep'),
      /** The program of the local editor with its arguments, `{file}` for the file's place; empty is the system's text editor. */
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
      /** Forwards go on without a window, with an icon in the system's tray. */
      keepInTray: z.boolean().default(false),
    })
    .prefault({}),
  snippets: z
    .strictObject({
      /** On how many hosts at once a snippet runs. */
      atOnce: z.int().min(1).max(100).default(10),
    })
    .prefault({}),
  security: z
    .strictObject({
      /** Minutes without use after which the vault locks itself; 0 is never. */
      autoLockMinutes: z.int().min(0).max(1440).default(0),
      confirmClose: z.boolean().default(true),
    })
    .prefault({}),
  /** Command id to key combination; an empty one takes the shortcut away. */
  keys: z.record(line(64), line(64)).default({}),
})
export type Settings = z.output<typeof settingsSchema>

/** What a person has set. */
export const settings = {
  get: call(z.void()).returns<Settings>(),
  save: call(z.strictObject({ settings: settingsSchema })).returns<void>(),
  onChanged: event<Settings>(),
}
