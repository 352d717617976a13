import type { ElectronApplication } from '@playwright/test'

import { expect, keyHost, openShell, test, trust } from '../fixtures.ts'
import { crash, inPage } from './lost-page.ts'

/** The text on the screen of the first terminal. */
function screenOf(app: ElectronApplication): Promise<unknown> {
  return inPage(app, `document.querySelector('[aria-label="Terminal gpu-box"] [role=list]')?.textContent ?? ''`)
}

test('shells outlive a page that is loaded again: scrollback, what runs, and the keyboard', async ({
  launch,
  sshd,
  sshDir,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  await shell.run('echo before-$((6*7)); kept=still-here')
  await expect(shell.rows).toContainText('before-42')
  await page.getByRole('button', { name: 'Split right' }).click()
  const second = page.getByRole('region', { name: 'Terminal gpu-box' }).nth(1)
  await expect(second.getByRole('list')).toContainText(/[$#%>]\s*$/)
  await second.getByRole('textbox', { name: 'Terminal input' }).focus()
  await page.keyboard.type('vi -u NONE\n')
  await expect(second.getByRole('list')).toContainText('~')

  await page.reload()

  const first = page.getByRole('region', { name: 'Terminal gpu-box' }).first()
  await expect(first.getByRole('list')).toContainText('before-42')
  await first.getByRole('textbox', { name: 'Terminal input' }).focus()
  await page.keyboard.type('echo $kept-after\n')
  await expect(first.getByRole('list')).toContainText('still-here-after')
  // A program that draws the whole screen is where it was, and takes keys.
  await second.getByRole('textbox', { name: 'Terminal input' }).focus()
  await page.keyboard.type('ityped into the editor')
  await expect(second.getByRole('list')).toContainText('typed into the editor')
  expect(sshd.log().match(/Accepted publickey/g)).toHaveLength(1)
})

test('a page that crashes comes back with its shells, the scrollback and all', async ({ launch, sshd, sshDir }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const { app, page } = await launch({ hosts: [keyHost(sshd)], ownProcess: true })
  const shell = await openShell(page)
  await shell.run('echo before-$((6*7))')
  await expect(shell.rows).toContainText('before-42')
  await crash(app)
  await expect.poll(() => screenOf(app)).toContain('before-42')
  expect(sshd.log().match(/Accepted publickey/g)).toHaveLength(1)
})

test('the next page has the same pane in use, and knows which shells are busy', async ({ launch, sshd, sshDir }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await openShell(page)
  await page.getByRole('button', { name: 'Split right' }).click()
  const panes = page.getByRole('region', { name: 'Terminal gpu-box' })
  const second = panes.nth(1)
  await expect(second.getByRole('list')).toContainText(/[$#%>]\s*$/)
  await second.getByRole('textbox', { name: 'Terminal input' }).focus()
  // More output than is kept for the next page.
  await page.keyboard.type('seq 400000; sleep 301\n')
  await expect(second.getByRole('list')).toContainText('400000')

  await page.reload()

  await expect(second.getByRole('list')).toContainText('400000')
  await expect(second.getByRole('textbox', { name: 'Terminal input' })).toBeFocused()
  await second.getByRole('button', { name: 'Close pane' }).click()
  const question = page.getByRole('alertdialog', { name: 'Close this pane?' })
  await expect(question).toContainText('A program is still running and will be terminated.')
  await question.getByRole('button', { name: 'Cancel' }).click()
  await second.getByRole('button', { name: 'Maximize pane' }).click()
  await page.reload()
  await expect(panes).toHaveCount(1)
  await expect(panes.getByRole('textbox', { name: 'Terminal input' })).toBeFocused()
})

test('a tab closed just before its page was lost stays closed, and can still be reopened with its session', async ({
  launch,
  sshd,
  sshDir,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  await shell.run('kept=alive')
  const tab = page.getByRole('tab', { name: 'gpu-box' })
  await page.keyboard.press('Control+Shift+Q')
  await expect(tab).toBeHidden()
  await page.reload()
  await expect(page.getByText('1 terminal', { exact: true })).toBeVisible()
  await expect(tab).toBeHidden()
  await page.keyboard.press('Control+Shift+T')
  await shell.run('echo $kept-$((6*7))')
  await expect(shell.rows).toContainText('alive-42')
})

test('a page that crashes while a shell connects leaves the question, and no session without a tab', async ({
  launch,
  sshd,
}) => {
  const { app, page } = await launch({ hosts: [keyHost(sshd)], ownProcess: true })
  await page.getByRole('button', { name: 'gpu-box', exact: true }).click()
  await crash(app)
  const trustIt = `[...document.querySelectorAll('[role=alertdialog] button:enabled')]
    .find(each => each.textContent === 'Trust and connect')`
  await expect.poll(() => inPage(app, `${trustIt} !== undefined`)).toBe(true)
  await inPage(app, `${trustIt}.click()`)
  const openTab = `[...document.querySelectorAll('[role=tab]')].find(each => each.ariaLabel === 'gpu-box')`
  await inPage(app, `${openTab}?.click()`)
  await expect.poll(() => screenOf(app)).toMatch(/[$#%>]\s*$/)
})

test('a page that keeps crashing is left to the user, with every session', async ({ launch, sshd, sshDir }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const { app, page } = await launch({ hosts: [keyHost(sshd)], ownProcess: true })
  const shell = await openShell(page)
  await shell.run('echo before-$((6*7))')
  await expect(shell.rows).toContainText('before-42')
  const asked = await app.evaluate(async ({ BrowserWindow, dialog }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    let crashing = true
    contents?.on('did-finish-load', () => (crashing ? contents.forcefullyCrashRenderer() : undefined))
    const question = new Promise<string>(resolve => {
      dialog.showMessageBox = ((_window: unknown, { message }: { message: string }) => {
        crashing = false
        resolve(message)
        return Promise.resolve({ response: 1, checkboxChecked: false })
      }) as typeof dialog.showMessageBox
    })
    contents?.forcefullyCrashRenderer()
    return question
  })
  expect(asked).toBe('Hawser’s window keeps crashing.')
  await expect.poll(() => screenOf(app)).toContain('before-42')
})

test('a window that doesn’t respond can be reloaded, and can’t keep Hawser from quitting', async ({
  launch,
  sshd,
  sshDir,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const { app, page } = await launch({ hosts: [keyHost(sshd)], ownProcess: true })
  const shell = await openShell(page)
  await shell.run('echo before-$((6*7))')
  await expect(shell.rows).toContainText('before-42')
  const hang = () =>
    app.evaluate(({ BrowserWindow }) => {
      void BrowserWindow.getAllWindows()[0]
        ?.webContents.executeJavaScript('for (;;);')
        .catch(() => {})
    })
  await app.evaluate(({ dialog }) => {
    dialog.showMessageBox = (() =>
      Promise.resolve({ response: 0, checkboxChecked: false })) as typeof dialog.showMessageBox
  })
  await hang()
  // Chromium doesn't notice while a debugger is attached, as the test's is.
  await app.evaluate(async ({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    const loaded = new Promise<void>(resolve => window?.webContents.once('did-finish-load', () => resolve()))
    window?.emit('unresponsive')
    await loaded
  })
  await expect.poll(() => screenOf(app)).toContain('before-42')

  await hang()
  const gone = new Promise(resolve => app.process().once('exit', resolve))
  await app.evaluate(electron => electron.app.quit())
  await gone
})
