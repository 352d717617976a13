import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { expect, keyHost, openShell, test, trust } from '../fixtures.ts'

test('the keyboard goes to what a tab or page is for, also where what had it is gone', async ({
  launch,
  sshd,
  sshDir,
  dataDir,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  writeFileSync(join(dirname(dataDir), 'a.txt'), 'here')
  writeFileSync(join(sshd.folder, 'home', 'a.txt'), 'there')
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const tabs = page.getByRole('tablist', { name: 'Tabs' })
  const field = page.getByRole('textbox', { name: 'Find or connect' })

  await page.getByRole('button', { name: 'Import' }).focus()
  await page.getByRole('button', { name: 'New tab' }).click()
  await expect(field).toBeFocused()

  const shell = await openShell(page)
  const input = shell.region.getByRole('textbox', { name: 'Terminal input' })
  await tabs.getByRole('tab').last().click()
  await expect(input).toBeFocused()
  await tabs.getByRole('tab', { name: 'Home' }).click()
  await expect(field).toBeFocused()

  await page.getByRole('button', { name: 'Files on gpu-box' }).click()
  const right = page.getByRole('region', { name: 'Right pane' })
  await expect(right.getByRole('grid')).toBeFocused()
  await tabs.getByRole('tab', { name: 'Files' }).click()
  await expect(right.getByRole('grid')).toBeFocused()

  // A question about a name that is taken can be answered with the end of the whole copy.
  await page.getByRole('region', { name: 'Left pane' }).getByRole('row', { name: 'a.txt' }).click()
  await page.keyboard.press('F5')
  await page
    .getByRole('alertdialog', { name: 'a.txt already exists' })
    .getByRole('button', { name: 'Cancel transfer' })
    .click()
  await expect(page.getByRole('region', { name: 'Transfers' })).toHaveCount(0)
  await expect(page.getByRole('region', { name: 'Left pane' }).getByRole('grid')).toBeFocused()

  await tabs.getByRole('tab', { name: 'Home' }).click()
  await page.getByRole('link', { name: 'Forwards' }).click()
  await page.getByRole('button', { name: 'New forward' }).click()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'New forward' })).toBeFocused()
})
