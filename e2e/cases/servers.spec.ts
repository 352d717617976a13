import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { ElectronApplication } from '@playwright/test'

import { expect, keyHost, needs, openShell, test, trust } from '../fixtures.ts'
import { startSshd, type Sshd } from '../sshd.ts'

const link = 'https://login.example/a/1'

/** Keeps the addresses that Hawser hands to the system; none is opened. */
async function opened(app: ElectronApplication): Promise<() => Promise<readonly string[]>> {
  await app.evaluate(({ shell }) => {
    const addresses: string[] = []
    Object.assign(globalThis, { addresses })
    shell.openExternal = url => (addresses.push(url), Promise.resolve())
  })
  return () => app.evaluate(() => (globalThis as unknown as { addresses: string[] }).addresses)
}

test('a banner stands in the pane while the server waits, and in the question, and its link opens', async ({
  launch,
  server,
  sshDir,
}) => {
  const banner = `\u001b[31mTo sign in, visit:\u001b[0m ${link}\r\n`
  const [waiting, asking] = [await server({ banner, stall: true }), await server({ banner, password: 'pw' })]
  for (const { port, publicKey } of [waiting, asking]) trust(sshDir, port, publicKey)
  const { app, page } = await launch({
    hosts: [
      { label: 'slow', port: waiting.port, user: 'me', signIn: 'password' },
      { label: 'asks', port: asking.port, user: 'me', signIn: 'password' },
    ],
  })
  const addresses = await opened(app)
  await page.getByRole('button', { name: 'slow', exact: true }).click()
  const notice = page.getByRole('region', { name: 'Notice from slow' })
  await expect(notice).toHaveText(`To sign in, visit: ${link}`)
  await notice.getByRole('link', { name: link }).click()
  await expect.poll(addresses).toEqual([link])
  await page.getByRole('tab', { name: 'Home' }).click()
  await page.getByRole('button', { name: 'asks', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Password for me@127.0.0.1' })
  await dialog.getByRole('link', { name: link }).click()
  await expect.poll(addresses).toEqual([link, link])
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('tab', { name: 'Home' }).click()
  await page.getByRole('link', { name: 'Activity' }).click()
  const entries = page.getByRole('list', { name: 'Activity' }).getByRole('listitem')
  await expect(entries.filter({ hasText: 'server notice' }).first()).toContainText(`To sign in, visit: ${link}`)
})

test('hosts say why they give no files, and the banner of sshd is kept in Activity', async ({
  launch,
  folder,
  sshDir,
}) => {
  needs('sshd')
  const write = (name: string, lines: string) => {
    writeFileSync(join(folder, name), lines)
    chmodSync(join(folder, name), 0o755)
    return join(folder, name)
  }
  const forced = write('forced', '#!/bin/sh\n[ -n "$SSH_TTY" ] && exec bash\necho Please log in first\nexit 1\n')
  const noisy = write(
    'noisy',
    '#!/bin/sh\necho hi\nexec $(command -v /usr/lib/openssh/sftp-server /usr/libexec/sftp-server | head -n 1)\n',
  )
  const banner = write('banner', 'Authorised users only\n')
  const started: Sshd[] = []
  const start = async (name: string, lines: readonly string[]) => {
    const sshd = await startSshd(join(folder, name), lines)
    started.push(sshd)
    return sshd
  }
  try {
    const only = await start('only', [`ForceCommand ${forced}`, `Banner ${banner}`])
    const bare = await start('bare', ['Subsystem sftp /nonexistent/sftp-server'])
    const loud = await start('loud', [`Subsystem sftp ${noisy}`])
    for (const { port, hostKey } of started) trust(sshDir, port, hostKey)
    const { page } = await launch({ hosts: [keyHost(only, 'only'), keyHost(bare, 'bare'), keyHost(loud, 'loud')] })
    await openShell(page, 'only')
    const files = async (label: string) => {
      await page.getByRole('tab', { name: 'Home' }).click()
      await page.getByRole('button', { name: `Files on ${label}` }).click()
      return page.getByRole('region', { name: 'Right pane' })
    }
    await expect(await files('only')).toContainText('only printed text before SFTP started (exit code 1)')
    await expect(await files('only')).toContainText('Its output: “Please log in first”.')
    await expect(await files('bare')).toContainText('its SFTP server exited immediately (exit code 127).')
    await expect((await files('loud')).getByRole('grid')).toBeVisible()
    await page.getByRole('tab', { name: 'Home' }).click()
    await page.getByRole('link', { name: 'Forwards' }).click()
    const why = 'only could not run a command for Hawser (exit code 1). Its output: “Please log in first”.'
    await expect(page.getByRole('region', { name: 'Detected ports' })).toContainText(why)
    await page.getByRole('button', { name: 'TensorBoard' }).click()
    const preset = page.getByRole('dialog', { name: 'TensorBoard' })
    await preset.getByRole('combobox', { name: 'Host' }).selectOption('only')
    await preset.getByRole('button', { name: 'Forward and open' }).click()
    await expect(preset.getByRole('alert')).toContainText(why)
    await preset.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('link', { name: 'Activity' }).click()
    await expect(page.getByRole('list', { name: 'Activity' })).toContainText('Authorised users only')
  } finally {
    for (const each of started) each.kill()
  }
})
