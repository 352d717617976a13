import { expect, test } from './fixtures.ts'

test('a first load that fails is reported with the next step, and one that nothing works without leaves no empty window', async ({
  launch,
}) => {
  const { app, page } = await launch()
  const end = (call: string) => app.evaluate(({ ipcMain }, name) => ipcMain.removeHandler(`hawser:${name}`), call)
  await end('snippets.list')
  await page.reload()
  const notices = page.getByRole('region', { name: 'Notices' })
  await expect(notices.getByRole('alert')).toHaveText(/^Can’t load the snippets: .*Retrying\. If this stays, restart/)
  await end('workspace.load')
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Hawser can’t show its window' })).toBeVisible()
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('heading', { name: 'Hawser can’t show its window' })).toBeVisible()
})
