import { Emitter, type Event } from '../../shared/base/event.ts'
import { frameColours } from '../../shared/base/frame-colours.ts'

const changed = new Emitter<void>()

/** The window turned dark or light. */
export const onThemeChanged: Event<void> = changed.event

/** True while the window is dark. */
export function isDark(): boolean {
  return document.documentElement.dataset['theme'] !== 'light'
}

/** Gives the page a theme. */
export function showTheme(dark: boolean): void {
  const { dataset, style } = document.documentElement
  const { background, symbols } = frameColours(dark)
  dataset['theme'] = dark ? 'dark' : 'light'
  style.setProperty('--bg', background)
  style.setProperty('--muted', symbols)
  changed.fire()
}
