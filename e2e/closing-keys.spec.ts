import { createServer } from 'node:net'

import type { Page } from '@playwright/test'

import { expect, keyHost, openShell, terminal, test, trust } from './fixtures.ts'

test('no key that closes a field, menu, dialog or the palette reaches the shell behind it', async ({
  launch,
  sshd,
  sshDir,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  await shell.type('echo LEAK-$((40+2))')

  const name = page.getByRole('textbox', { name: 'Tab name' })
  await page.keyboard.press('Control+Shift+R')
  await name.fill('training')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('tab', { name: 'training' })).toBeVisible()
  await page.keyboard.press('Control+Shift+R')
  await name.fill('held')
  // A key that is held repeats in what got the keyboard meanwhile.
  for (let times = 0; times < 4; times++) await page.keyboard.down('Enter')
  await page.keyboard.up('Enter')
  await page.keyboard.press('Control+Shift+R')
  await name.fill('given up')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('tab', { name: 'held' })).toBeVisible()

  await page.keyboard.press('Control+Shift+P')
  await page.getByRole('combobox', { name: 'Search hosts and commands' }).fill('go to tab 2')
  await hold(page, 'Enter')
  await page.keyboard.press('Control+Shift+P')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()

  await shell.region.click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Select all' }).hover()
  await hold(page, 'Enter')
  await expect(page.getByRole('menu')).toBeHidden()

  const dialog = page.getByRole('dialog', { name: 'Import hosts' })
  await page.keyboard.press('Control+Shift+I')
  await dialog.getByRole('button', { name: 'Cancel' }).focus()
  await hold(page, 'Enter')
  await expect(dialog).toBeHidden()
  await page.keyboard.press('Control+Shift+I')
  await expect(dialog).toBeVisible()
  await hold(page, 'Escape')
  await expect(dialog).toBeHidden()

  await page.keyboard.press('Control+Shift+F')
  await page.getByRole('searchbox', { name: 'Find' }).fill('LEAK')
  await hold(page, 'Escape')
  await expect(page.getByRole('search')).toBeHidden()

  // The line is as it was left, and the keyboard is in the terminal again.
  await page.keyboard.type('7')
  await expect(shell.rows).toContainText('echo LEAK-$((40+2))7')
  await expect(shell.rows).not.toContainText('LEAK-42')
})

/** Presses a key so long that it repeats. */
async function hold(page: Page, key: string): Promise<void> {
  for (let times = 0; times < 3; times++) await page.keyboard.down(key)
  await page.keyboard.up(key)
}

test('the app’s shortcuts work in a terminal that is not connected', async ({ launch }) => {
  const silent = createServer(() => {})
  await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as { port: number }
  const { page } = await launch({
    settings: { terminal: { localShell: '/bin/sh' } },
    hosts: [
      { label: 'silent', port, user: 'me' },
      { label: 'closed', port: 1, user: 'me' },
    ],
  })
  const home = page.getByRole('tab', { name: 'Home' })
  const check = async (label: string, text: RegExp) => {
    const { region } = terminal(page, label)
    const tab = page.getByRole('tab', { name: label })
    await expect(region).toContainText(text)
    await region.getByRole('textbox', { name: 'Terminal input' }).focus()
    await page.keyboard.press('Control+Tab')
    await expect(tab).toHaveAttribute('aria-selected', 'false')
    await page.keyboard.press('Control+Shift+Tab')
    await expect(tab).toHaveAttribute('aria-selected', 'true')
    await region.getByRole('textbox', { name: 'Terminal input' }).focus()
    await page.keyboard.press('Control+k')
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toBeHidden()
    await region.getByRole('textbox', { name: 'Terminal input' }).focus()
    await page.keyboard.press('Alt+1')
    await expect(home).toHaveAttribute('aria-selected', 'true')
  }
  await page.getByRole('button', { name: 'silent', exact: true }).click()
  await check('silent', /Connecting/)
  await page.getByRole('button', { name: 'closed', exact: true }).click()
  await check('closed', /refused|answers/i)
  await page.keyboard.press('Control+Shift+`')
  const local = terminal(page, 'Local shell')
  await local.prompt()
  await local.run('exit')
  await check('Local shell', /exited with code 0/)
  silent.close()
})
