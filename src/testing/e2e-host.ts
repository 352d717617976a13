// Hawser for the end-to-end tests: one Electron process that opens the program again for each test, with a data folder
// of its own. It uses the same `openProgram` as main.ts; only the process is shared.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { shell } from 'electron/common'
import { app, BrowserWindow, clipboard, dialog, session } from 'electron/main'

import { openLog } from '../main/app/log.ts'
import { setMenu } from '../main/app/menu.ts'
import { registerScheme, servePage } from '../main/app/page.ts'
import { openProgram, type Program } from '../main/app/program.ts'
import { hardenApp } from '../main/app/security.ts'

const here = join(import.meta.dirname, '../main')

app.setName('Hawser')
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
registerScheme()
app.setPath('userData', process.env['HAWSER_DATA_DIR'] as string)

const ready = app.whenReady().then(() => {
  hardenApp()
  setMenu()
  servePage(join(here, '../renderer'))
})
// The process stays when a test closes its window.
app.on('window-all-closed', () => {})

/** Tests replace functions of these modules; each test starts with the real ones. */
const replaceable: readonly object[] = [shell, dialog, clipboard]
const originals = replaceable.map(module => ({ ...module }))

let program: Program | undefined

Object.assign(globalThis, {
  /** Opens Hawser with a test's folders; Playwright's next window belongs to it. */
  async openHawser({ env }: { readonly env: Record<string, string> }): Promise<void> {
    Object.assign(process.env, env)
    const data = env['HAWSER_DATA_DIR'] as string
    mkdirSync(data, { recursive: true, mode: 0o700 })
    program = await openProgram({
      here,
      dataFolder: data,
      sshFolder: env['HAWSER_SSH_DIR'] as string,
      systemConfig: null,
      env: process.env,
      log: openLog(data),
      ready,
    })
  },
  /** Ends it as quitting does, leaving nothing for the next test. */
  async closeHawser(): Promise<void> {
    for (const window of BrowserWindow.getAllWindows()) {
      const closed = new Promise<void>(resolve => window.once('closed', () => resolve()))
      window.close()
      await Promise.race([closed, new Promise(resolve => setTimeout(resolve, 1_000))])
      if (!window.isDestroyed()) window.destroy()
    }
    await program?.end()
    program = undefined
    replaceable.forEach((module, index) => Object.assign(module, originals[index]))
    await session.defaultSession.clearStorageData()
  },
})
