import { createServer, type AddressInfo, type Socket } from 'node:net'

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

test('closing a tab that still connects gives up at once, so that nothing asks later; reopened, it connects again', async ({
  launch,
}) => {
  const [all, open] = [new Set<Socket>(), new Set<Socket>()]
  // Accepts connections and never says a word.
  const server = createServer(socket => {
    all.add(socket)
    open.add(socket)
    socket.on('error', () => {}).on('close', () => open.delete(socket))
    socket.resume()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const { page } = await launch({ hosts: [{ label: 'silent', port, user: 'me' }] })
  await page.getByRole('button', { name: 'silent', exact: true }).click()
  const tab = page.getByRole('tab', { name: 'silent' })
  await expect.poll(() => open.size).toBe(1)
  await page.keyboard.press('Control+Shift+Q')
  await expect(tab).toBeHidden()
  await expect.poll(() => open.size).toBe(0)

  await page.keyboard.press('Control+Shift+T')
  await expect.poll(() => all.size).toBe(2)
  await page.keyboard.press('Control+Shift+Q')
  await expect.poll(() => open.size).toBe(0)
  server.close()
})
