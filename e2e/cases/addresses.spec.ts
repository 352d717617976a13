import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test, trust } from '../fixtures.ts'

test('an sftp:// address opens the files at its path, and never shows the password in it', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  copyFileSync(join(sshd.folder, 'id'), join(sshDir, 'id_ed25519'))
  const runs = join(folder, 'my runs')
  mkdirSync(runs)
  writeFileSync(join(runs, 'loss.csv'), '1')
  const { page } = await launch()
  const field = page.getByRole('textbox', { name: 'Find or connect' })
  await field.fill('sftp://me:s3cret@box:99999/x')
  await field.press('Enter')
  await expect(page.getByRole('alert')).toHaveText('The port must be a number from 1 to 65535.')
  await field.fill(`sftp://${sshd.user}:s3cret@127.0.0.1:${sshd.port}${encodeURI(runs)}`)
  await expect(page.getByText(`Press Enter to open ${runs} on ${sshd.user}@127.0.0.1:${sshd.port}`)).toBeVisible()
  await field.press('Enter')
  await expect(page.getByRole('row', { name: /loss\.csv/ })).toBeVisible()
})
