import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { expect, terminal, test, trust } from './fixtures.ts'

const noKeychain = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent', XDG_RUNTIME_DIR: '/nonexistent' }

test('without a keychain a master password keeps secrets, and locks them at the next start', async ({
  launch,
  server,
  sshDir,
  dataDir,
}) => {
  const { port, publicKey } = await server({ password: 'pw' })
  trust(sshDir, port, publicKey)
  const first = await launch({ env: noKeychain, hosts: [{ label: 'box', port, user: 'me', signIn: 'password' }] })
  await expect(first.page.getByText('No keychain')).toBeVisible()
  await first.page.getByRole('button', { name: 'box', exact: true }).click()
  const question = first.page.getByRole('dialog', { name: 'Password for me@127.0.0.1' })
  await question.getByRole('textbox', { name: 'Password' }).fill('pw')
  await question.getByRole('checkbox', { name: 'Remember' }).check()
  await question.getByRole('button', { name: 'Continue' }).click()
  const setUp = first.page.getByRole('dialog', { name: 'Set a master password' })
  await setUp.getByRole('textbox', { name: 'New master password' }).fill('short')
  await setUp.getByRole('button', { name: 'Set master password' }).click()
  await expect(setUp.getByRole('alert')).toContainText('at least 8')
  await setUp.getByRole('textbox', { name: 'New master password' }).fill('correct horse')
  await setUp.getByRole('textbox', { name: 'Confirm password' }).fill('correct horse')
  await setUp.getByRole('button', { name: 'Set master password' }).click()
  await expect(terminal(first.page, 'box').rows).toContainText('ready')
  await expect(async () =>
    expect(readFileSync(join(dataDir, 'vault.json'), 'utf8')).toContain('"by": "password"'),
  ).toPass()
  await first.page.getByRole('button', { name: 'Close box' }).click()
  await first.close()

  const { page } = await launch({ env: noKeychain })
  await expect(page.getByText('Vault locked')).toBeVisible()
  await page.keyboard.press('Control+K')
  await page.getByRole('combobox', { name: 'Search hosts and commands' }).fill('unlock vault')
  await page.keyboard.press('Enter')
  const unlock = page.getByRole('dialog', { name: 'Unlock vault' })
  await unlock.getByRole('textbox', { name: 'Master password' }).fill('wrong horse')
  await page.keyboard.press('Enter')
  await expect(unlock.getByRole('alert')).toContainText('Incorrect master password.')
  await unlock.getByRole('textbox', { name: 'Master password' }).fill('correct horse')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Vault unlocked')).toBeVisible()
  await page.getByRole('button', { name: 'box', exact: true }).click()
  await expect(terminal(page, 'box').rows).toContainText('ready')
  await page.getByRole('tab', { name: 'Home' }).click()
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: 'Security' }).click()
  await page.getByRole('button', { name: 'Change master password' }).click()
  const change = page.getByRole('dialog', { name: 'Change master password' })
  await change.getByRole('textbox', { name: 'Master password', exact: true }).fill('correct horse')
  await change.getByRole('textbox', { name: 'New master password' }).fill('battery staple')
  await change.getByRole('textbox', { name: 'Confirm password' }).fill('battery staple')
  await page.keyboard.press('Enter')
  await expect(change).toBeHidden()
  await page.getByRole('button', { name: 'Lock now' }).click()
  await expect(page.getByRole('heading', { name: 'Vault locked' })).toBeVisible()
})

test('a known secret typed into every field is found nowhere outside the vault', async ({
  launch,
  server,
  folder,
  dataDir,
  sshDir,
}) => {
  test.setTimeout(120_000)
  const canary = 'canary-7f3a9c51e2'
  const { port, publicKey } = await server({ password: canary, keys: [] })
  trust(sshDir, port, publicKey)
  const { app, page } = await launch({
    ownProcess: true,
    hosts: [
      { label: 'box', port, user: 'me', signIn: 'password' },
      { label: 'other', port, user: 'me', signIn: 'password' },
    ],
  })
  // In the form of a host, as its password and as a pasted key.
  await page.getByRole('button', { name: 'box', exact: true }).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  const form = page.getByRole('dialog', { name: 'Edit box' })
  await form.getByRole('textbox', { name: 'Password' }).fill(canary)
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form).toBeHidden()
  await page.getByRole('button', { name: 'other', exact: true }).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  const other = page.getByRole('dialog', { name: 'Edit other' })
  await other.getByRole('combobox', { name: 'Sign in with' }).selectOption('key')
  await other
    .getByRole('textbox', { name: 'Or paste a private key' })
    .fill(`-----BEGIN OPENSSH PRIVATE KEY-----\n${canary}`)
  await other.getByRole('button', { name: 'Save' }).click()
  await expect(other).toBeHidden()
  await page.getByRole('button', { name: 'other', exact: true }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'the pasted key' })).toBeVisible()
  await page.getByRole('tab', { name: 'Home' }).click()
  // As an answer, remembered.
  await page.getByRole('textbox', { name: 'Find or connect' }).fill(`you@127.0.0.1:${port}`)
  await page.keyboard.press('Enter')
  const question = page.getByRole('dialog', { name: 'Password for you@127.0.0.1' })
  await question.getByRole('textbox', { name: 'Password' }).fill(canary)
  await question.getByRole('checkbox', { name: 'Remember' }).check()
  await question.getByRole('button', { name: 'Continue' }).click()
  await expect(terminal(page, `you@127.0.0.1:${port}`).rows).toContainText('ready')

  // The page's memory: after the fields are gone no string of it is left.
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  let heap = ''
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => (heap += chunk))
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  expect(heap.length).toBeGreaterThan(100_000)
  expect(heap.includes(canary)).toBe(false)

  // Arguments and environment of every process of ours.
  const pid = app.process().pid ?? 0
  const table = execFileSync('ps', ['axeww', '-o', 'pid,command'], { encoding: 'utf8', maxBuffer: 1 << 26 })
  expect(table).toContain(String(pid))
  expect(table.includes(canary)).toBe(false)

  await app.close()
  const holding = files(folder).filter(path => readFileSync(path).includes(canary))
  expect(holding).toEqual([])
  expect(files(dataDir).some(path => path.endsWith('vault.json'))).toBe(true)
})

function files(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
}
