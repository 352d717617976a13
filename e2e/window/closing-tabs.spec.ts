import { expect, keyHost, openShell, terminal, test, trust } from '../fixtures.ts'

test('a tab whose shell runs a program is closed after a question, and can be reopened with its live session', async ({
  launch,
  sshd,
  sshDir,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  const tab = page.getByRole('tab', { name: 'gpu-box' })
  await shell.run('kept=alive; sleep 301')
  await expect(shell.rows).toContainText('sleep 301')

  await page.keyboard.press('Control+Shift+Q')
  const question = page.getByRole('alertdialog', { name: 'Close this tab?' })
  await expect(question).toContainText('“kept=alive; sleep 301” is still running and will be terminated.')
  await page.keyboard.press('Escape')
  await expect(question).toBeHidden()
  await page.getByRole('button', { name: 'Close gpu-box' }).click()
  await question.getByRole('button', { name: 'Close tab' }).click()
  await expect(tab).toBeHidden()

  await page.keyboard.press('Control+Shift+T')
  await expect(tab).toBeVisible()
  await shell.type('')
  await page.keyboard.press('Control+C')
  await shell.run('echo $kept-$((6*7))')
  await expect(shell.rows).toContainText('alive-42')

  // A shell that waits for a command is closed at once.
  await page.keyboard.press('Control+Shift+Q')
  await expect(tab).toBeHidden()
  await expect(question).toBeHidden()
  expect(await terminal(page, 'gpu-box').region.count()).toBe(0)
})

test('closing a tab that still connects withdraws its question; reopened, it connects again', async ({
  launch,
  sshd,
}) => {
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await page.getByRole('button', { name: 'gpu-box', exact: true }).click()
  const question = page.getByRole('alertdialog', { name: 'Trust gpu-box?' })
  const tab = page.getByRole('tab', { name: 'gpu-box', includeHidden: true })
  await expect(tab).toHaveCount(1)
  await page.keyboard.press('Control+Shift+Q')
  await expect(tab).toHaveCount(0)
  await expect(page.getByText('0 sessions')).toBeVisible()
  await expect(question).toBeHidden()

  await page.keyboard.press('Control+Shift+T')
  await question.getByRole('button', { name: 'Trust and connect' }).click()
  await terminal(page, 'gpu-box').prompt()
})
