import type { ITerminalOptions } from '@xterm/xterm'

import type { Settings } from '../../../shared/contract/settings.ts'
import { themeById } from '../../ui/terminal-themes.ts'

/** How the terminals of one target look where they differ from the settings. */
export interface LookOverride {
  readonly theme: string | null
  readonly fontSize: number | null
}

/** The options of xterm.js for the settings, with what a target sets for itself. Pure. */
export function terminalOptions(settings: Settings['terminal'], look: LookOverride, dark: boolean): ITerminalOptions {
  return {
    theme: themeById(look.theme ?? (dark ? settings.darkTheme : settings.lightTheme), dark).colours,
    fontFamily: `"${settings.fontFamily}", "JetBrains Mono Variable", monospace`,
    fontSize: look.fontSize ?? settings.fontSize,
    lineHeight: settings.lineHeight,
    cursorStyle: settings.cursorStyle,
    cursorBlink: settings.cursorBlink,
    scrollback: settings.scrollback,
    screenReaderMode: settings.screenReader,
    rightClickSelectsWord: false,
    minimumContrastRatio: 1,
  }
}
