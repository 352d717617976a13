import { expect, keyHost, openShell, test, trust } from '../fixtures.ts'
import { seedSnippets, snippetsPage } from '../snippet-pieces.ts'

test('a notice that stays leaves the buttons below a terminal in reach', async ({ launch, sshd, sshDir }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const { app, page } = await launch({ hosts: [keyHost(sshd)], settings: { terminal: { reconnect: false } } })
  const shell = await openShell(page)
  await shell.type('')
  await app.evaluate(({ clipboard }) => clipboard.writeText('x'.repeat(2_000_000)))
  await page.keyboard.press('Control+Shift+V')
  const notice = page.getByRole('region', { name: 'Notices' }).getByRole('alert')
  await expect(notice).toHaveText('The clipboard text is larger than 1 MB. Upload it as a file instead.')
  sshd.kill()
  await expect(shell.region).toContainText('Press Enter to reconnect.')
  await shell.region.getByRole('button', { name: 'Reconnect' }).click({ trial: true })
  await expect(notice).toBeVisible()
})

test('the page of snippets shows the shortcut of each', async ({ launch, dataDir }) => {
  seedSnippets(dataDir, { name: 'Mark', command: 'true', key: 3 })
  const { page } = await launch()
  await expect((await snippetsPage(page)).getByText('Ctrl Shift 3', { exact: true })).toBeVisible()
})
