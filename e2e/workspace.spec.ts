import { basename } from 'node:path'

import { expect, keyHost, openShell, terminal, test, trust } from './fixtures.ts'

test.beforeEach(({ sshd, sshDir }) => trust(sshDir, sshd.port, sshd.hostKey))

test('tabs, splits and names come back at the next start and wait to be connected', async ({ launch, sshd }) => {
  const first = await launch({ hosts: [keyHost(sshd)] })
  await openShell(first.page)
  await first.page.getByRole('button', { name: 'Split down' }).click()
  await expect(first.page.getByRole('region', { name: 'Terminal gpu-box' })).toHaveCount(2)
  await first.page.keyboard.press('Control+Shift+R')
  await first.page.getByRole('textbox', { name: 'Tab name' }).fill('training')
  await first.page.keyboard.press('Enter')
  await expect(first.page.getByRole('tab', { name: 'training' })).toBeVisible()
  await first.close()

  const { page } = await launch()
  await expect(page.getByRole('tab', { name: 'training' })).toHaveAttribute('aria-selected', 'true')
  const panes = page.getByRole('region', { name: 'Terminal gpu-box' })
  await expect(panes).toHaveCount(2)
  await expect(panes.first()).toContainText('gpu-box is not connected.')
  await panes.first().getByRole('button', { name: 'Connect' }).click()
  await expect(panes.first().getByRole('list')).toContainText(/[$#]\s*$/)
  await expect(panes.nth(1)).toContainText('gpu-box 2 is not connected.')
})

test('a tab of files has the name of its host, and its folder where two have the same host', async ({
  launch,
  sshd,
  folder,
}) => {
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const tabs = page.getByRole('tablist', { name: 'Tabs' }).getByRole('tab')
  await page.getByRole('button', { name: 'Files on gpu-box' }).click()
  await expect(tabs.nth(1)).toHaveAccessibleName('Files: gpu-box')
  await tabs.first().click()
  await page.getByRole('button', { name: 'Files on gpu-box' }).click()
  const region = page.getByRole('region', { name: 'Right pane' })
  await expect(region.getByRole('grid', { name: 'Files' })).toHaveAttribute('aria-busy', 'false')
  await region.getByRole('textbox', { name: 'Path' }).fill(folder)
  await page.keyboard.press('Enter')
  await expect(tabs.nth(2)).toHaveAccessibleName(`Files: gpu-box · ${basename(folder)}`)
  await expect(tabs.nth(1)).toHaveAccessibleName('Files: gpu-box · home')
  // A name that was left as it is stays with the folder.
  await page.keyboard.press('Control+Shift+R')
  await page.getByRole('textbox', { name: 'Tab name' }).press('Enter')
  await page.getByRole('button', { name: 'Close Files: gpu-box · home' }).click()
  await expect(tabs.nth(1)).toHaveAccessibleName('Files: gpu-box')
})

test('tabs are reordered by dragging, duplicated and closed', async ({ launch }) => {
  const { page } = await launch()
  await page.getByRole('button', { name: 'Open local shell' }).click()
  const tabs = page.getByRole('tablist', { name: 'Tabs' }).getByRole('tab')
  await page.keyboard.press('Control+Shift+R')
  await page.getByRole('textbox', { name: 'Tab name' }).fill('one')
  await page.keyboard.press('Enter')
  await page.getByRole('region', { name: 'Terminal Local shell' }).click()
  await page.keyboard.press('Control+Shift+K')
  await expect(tabs).toHaveCount(3)
  await page.keyboard.press('Control+Shift+R')
  await page.getByRole('textbox', { name: 'Tab name' }).fill('two')
  await page.keyboard.press('Enter')
  await tabs.nth(2).dragTo(tabs.nth(1))
  await expect(tabs.nth(2)).toHaveAccessibleName('one')
  await expect(tabs.nth(1)).toHaveAccessibleName('two')
  await page.getByRole('button', { name: 'Close one' }).click()
  await expect(tabs).toHaveCount(2)
})

test('the tab in use stays in sight when the window gets smaller', async ({ launch }) => {
  const { app, page } = await launch()
  await page.getByRole('button', { name: 'Open local shell' }).click()
  const tabs = page.getByRole('tablist', { name: 'Tabs' }).getByRole('tab')
  for (let count = 2; count <= 12; count++) {
    await page.keyboard.press('Control+Shift+K')
    await expect(tabs).toHaveCount(count + 1)
  }
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(900, 600))
  await expect(tabs.last()).toHaveAttribute('aria-selected', 'true')
  await expect(tabs.last()).toBeInViewport({ ratio: 1 })
})

test('a tab dropped on a pane becomes a split of it', async ({ launch }) => {
  const { page } = await launch()
  await page.getByRole('button', { name: 'Open local shell' }).click()
  await page.keyboard.press('Control+Shift+K')
  const tabs = page.getByRole('tablist', { name: 'Tabs' }).getByRole('tab')
  await expect(tabs).toHaveCount(3)
  const pane = page.getByRole('region', { name: 'Terminal Local shell' })
  const box = await pane.boundingBox()
  await tabs.nth(1).dragTo(pane, { targetPosition: { x: (box?.width ?? 0) - 20, y: (box?.height ?? 0) / 2 } })
  await expect(pane).toHaveCount(2)
  await expect(tabs).toHaveCount(2)
})

test('everything is reached from the keyboard: palette, hosts, commands', async ({ launch, sshd }) => {
  const { page } = await launch({ hosts: [keyHost(sshd), { label: 'other', user: 'x' }] })
  await page.keyboard.press('Control+K')
  const palette = page.getByRole('dialog', { name: 'Command palette' })
  await palette.getByRole('combobox', { name: 'Search hosts and commands' }).fill('gpu')
  await expect(palette.getByRole('option').first()).toContainText('gpu-box')
  await page.keyboard.press('Enter')
  await terminal(page, 'gpu-box').prompt()
  await page.keyboard.press('Control+Shift+P')
  await palette.getByRole('combobox').fill('split right')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('region', { name: 'Terminal gpu-box' })).toHaveCount(2)
  await page.keyboard.press('Control+Shift+H')
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible()
  await page.keyboard.press('Control+K')
  await palette.getByRole('combobox').fill('me@10.9.8.7 -p 2200')
  await expect(palette.getByRole('option').first()).toHaveText(/Connect to me@10.9.8.7:2200/)
  await page.keyboard.press('Escape')
  await expect(palette).toBeHidden()
})

test('Ctrl keys without Shift belong to the terminal', async ({ launch, sshd }) => {
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  await shell.type('echo killed')
  await page.keyboard.press('Control+u')
  await page.keyboard.press('Control+k')
  await shell.run('echo kept')
  await expect(page.getByRole('dialog', { name: 'Command palette' })).toBeHidden()
  await expect(shell.rows).toContainText(/echo kept\s*kept/)
})

test('quitting in the middle of a question ends at once, and the tab is there at the next start', async ({
  launch,
  server,
}) => {
  const { port, events } = await server({ password: 'pw' })
  const first = await launch({ ownProcess: true, hosts: [{ label: 'box', port, user: 'me', signIn: 'password' }] })
  await first.page.getByRole('button', { name: 'box', exact: true }).click()
  await expect(first.page.getByRole('alertdialog', { name: 'Trust box?' })).toBeVisible()
  await first.close()
  expect(events.filter(event => event.kind === 'auth')).toEqual([])
  const { page } = await launch({ ownProcess: true })
  await expect(page.getByRole('region', { name: 'Terminal box' })).toContainText('box is not connected.')
})
