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

test('a typed ssh command says through which hosts it connects, and that its command is ignored', async ({
  launch,
}) => {
  const { page } = await launch({ hosts: [{ label: 'gpu-box', address: 'gpu.example.com', user: 'me' }] })
  const field = page.getByRole('textbox', { name: 'Find or connect' })
  await field.fill('ssh -J ada@gate,node7 me@10.9.8.7 htop')
  await expect(
    page.getByText('Press Enter to connect to me@10.9.8.7 through ada@gate, node7 (not saved). Ignored: htop.'),
  ).toBeVisible()
  await page.keyboard.press('Control+k')
  const palette = page.getByRole('dialog', { name: 'Command palette' })
  await palette.getByRole('combobox').fill('ssh -J ada@gate,node7 me@10.9.8.7 htop')
  await expect(palette.getByRole('option').first()).toHaveText(
    /Connect to me@10\.9\.8\.7 through ada@gate, node7.*Ignored: htop\./,
  )
  await page.keyboard.press('Escape')
  // The address of a saved host leads to that host, with its user and route.
  await field.fill('gpu.example.com')
  await expect(page.getByText('Press Enter to connect to gpu-box.')).toBeVisible()
})
