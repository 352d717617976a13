import { expect, keyHost, openShell, test, trust } from '../fixtures.ts'

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
  await app.evaluate(async ({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    const loaded = new Promise<void>(resolve => contents?.once('did-finish-load', () => resolve()))
    contents?.forcefullyCrashRenderer()
    await loaded
  })
  // The test's own page is the one that crashed.
  const screen = () =>
    app.evaluate(
      ({ BrowserWindow }, script) => BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(script),
      `document.querySelector('[aria-label="Terminal gpu-box"] [role=list]')?.textContent ?? ''`,
    )
  await expect.poll(screen).toContain('before-42')
  expect(sshd.log().match(/Accepted publickey/g)).toHaveLength(1)
})
