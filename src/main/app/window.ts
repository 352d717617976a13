import { join } from 'node:path'

import { BrowserWindow, screen, type Rectangle } from 'electron/main'
import { z } from 'zod'

import { frameColours } from '../../shared/base/frame-colours.ts'
import type { JsonFile } from '../storage/json-file.ts'
import { pageAddress } from './page.ts'

/** The window's last position; null bounds on the first start. */
export const windowState = z.strictObject({
  bounds: z.strictObject({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) }).nullable(),
  maximized: z.boolean(),
})
export type WindowState = z.output<typeof windowState>

const smallest = { width: 720, height: 480 }
const defaultSize = { width: 1360, height: 850 }
const titleBarHeight = 39

/** Opens the window at its last position, with the theme's color from the first frame. */
export function openWindow(options: {
  state: JsonFile<WindowState>
  preload: string
  dark: boolean
  icon: string | undefined
}): BrowserWindow {
  const { state, preload, dark, icon } = options
  const { bounds, maximized } = state.value
  const window = new BrowserWindow({
    ...defaultSize,
    ...(bounds && isOnScreen(bounds) ? bounds : {}),
    minWidth: smallest.width,
    minHeight: smallest.height,
    show: false,
    backgroundColor: frameColours(dark).background,
    titleBarStyle: 'hidden',
    ...(process.platform === 'darwin'
      ? { trafficLightPosition: { x: 14, y: 13 } }
      : { titleBarOverlay: overlay(dark) }),
    ...(icon === undefined ? {} : { icon }),
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      // A terminal in the background must still process its output.
      backgroundThrottling: false,
    },
  })
  window.setMenuBarVisibility(false)
  if (maximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  const remember = () => {
    const next = { bounds: window.getNormalBounds(), maximized: window.isMaximized() }
    void state.save(next).catch(() => {})
  }
  window.on('close', remember)
  void window.loadURL(pageAddress())
  return window
}

/** Applies the theme's colors to the window's own buttons. */
export function setFrameTheme(window: BrowserWindow, dark: boolean): void {
  window.setBackgroundColor(frameColours(dark).background)
  if (process.platform !== 'darwin') window.setTitleBarOverlay(overlay(dark))
}

/** Returns the built preload script beside the built main process. */
export function preloadPath(mainFolder: string): string {
  return join(mainFolder, '../preload/preload.cjs')
}

function overlay(dark: boolean) {
  const { background, symbols } = frameColours(dark)
  return { color: background, symbolColor: symbols, height: titleBarHeight }
}

function isOnScreen(bounds: Rectangle): boolean {
  const { workArea } = screen.getDisplayMatching(bounds)
  return (
    bounds.x < workArea.x + workArea.width - 80 &&
    bounds.x + bounds.width > workArea.x + 80 &&
    bounds.y >= workArea.y - 10 &&
    bounds.y < workArea.y + workArea.height - 40
  )
}
