import { expect, keyHost, openShell, test, trust } from '../fixtures.ts'

test('a page or a dialog that throws shows a sentence, and the rest of the window works', async ({
  launch,
  sshd,
  sshDir,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch({ hosts: [keyHost(sshd)], ownProcess: true })
  const shell = await openShell(page)
  await shell.run('kept=alive')
  const setBroken = (broken: boolean) =>
    page.evaluate(wanted => {
      const dates = Date.prototype as unknown as Record<string, unknown>
      const fail = () => {
        throw new Error('No dates today')
      }
      for (const name of ['toLocaleString', 'toISOString']) {
        dates[`${name} kept`] ??= dates[name]
        dates[name] = wanted ? fail : dates[`${name} kept`]
      }
    }, broken)
  await setBroken(true)

  await page.getByRole('tab', { name: 'Home' }).click()
  await page.getByRole('link', { name: 'Activity' }).click()
  const alert = page.getByRole('alert').filter({ hasText: 'This page can’t be shown' })
  await expect(alert).toContainText('No dates today')
  await alert.getByRole('button', { name: 'Try again' }).click()
  await expect(alert).toBeVisible()

  await page.getByRole('link', { name: 'Keys', exact: true }).click()
  await page.getByRole('button', { name: 'New key' }).click()
  const dialog = page.getByRole('alertdialog', { name: 'This dialog can’t be shown' })
  await dialog.getByRole('button', { name: 'Close' }).click()
  await expect(dialog).toBeHidden()

  await page.getByRole('tab', { name: 'gpu-box' }).click()
  await shell.run('echo $kept-$((6*7))')
  await expect(shell.rows).toContainText('alive-42')

  await setBroken(false)
  await page.getByRole('tab', { name: 'Home' }).click()
  await page.getByRole('button', { name: 'New key' }).click()
  await expect(page.getByRole('dialog', { name: 'New key' })).toBeVisible()
})
