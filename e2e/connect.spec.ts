import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, keyHost, terminal, test } from './fixtures.ts'

test('a click on a host asks about its unknown key, then runs a real shell', async ({ launch, sshd, sshDir }) => {
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await page.getByRole('button', { name: 'gpu-box', exact: true }).click()
  const dialog = page.getByRole('alertdialog', { name: 'Trust gpu-box?' })
  await expect(dialog).toContainText('SHA256:')
  await dialog.getByRole('button', { name: 'Trust and connect' }).click()
  const shell = terminal(page, 'gpu-box')
  await shell.prompt()
  await shell.run('echo $((6*7))-is-the-answer')
  await expect(shell.rows).toContainText('42-is-the-answer')
  expect(readFileSync(join(sshDir, 'known_hosts'), 'utf8')).toContain(`[127.0.0.1]:${sshd.port} ssh-ed25519 `)
})
