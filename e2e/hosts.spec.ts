import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from './fixtures.ts'

test('the empty page explains the first steps, and a host is added, edited, duplicated, deleted and restored', async ({
  launch,
  dataDir,
}) => {
  const { page } = await launch()
  await page.getByRole('button', { name: 'Add host' }).click()
  const form = page.getByRole('dialog', { name: 'New host' })
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form.getByRole('alert').first()).toContainText('Enter a host name or IP address')
  await form.getByRole('textbox', { name: 'Label' }).fill('gpu-box')
  await form.getByRole('textbox', { name: 'Address' }).fill('10.0.4.7')
  await form.getByRole('textbox', { name: 'Port' }).fill('70000')
  await form.getByRole('textbox', { name: 'User' }).fill('ubuntu')
  await form.getByRole('textbox', { name: 'Tags' }).fill('H100, lab')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form).toContainText('The port must be a number from 1 to 65535.')
  await form.getByRole('textbox', { name: 'Port' }).fill('2222')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('button', { name: 'gpu-box', exact: true })).toBeVisible()
  await expect(page.getByText('ubuntu@10.0.4.7:2222')).toBeVisible()
  expect(statSync(join(dataDir, 'hosts.json')).mode & 0o777).toBe(0o600)

  await page.getByRole('button', { name: 'Details of gpu-box' }).click()
  const details = page.getByRole('complementary', { name: 'Details of gpu-box' })
  await expect(details).toContainText('10.0.4.7:2222')
  await details.getByRole('button', { name: 'Edit' }).click()
  const edit = page.getByRole('dialog', { name: 'Edit gpu-box' })
  await edit.getByRole('combobox', { name: 'Sign in with' }).selectOption('agent')
  await edit.getByRole('button', { name: 'Save' }).click()
  await expect(details).toContainText('Agent')

  await page.getByRole('button', { name: 'gpu-box', exact: true }).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Duplicate' }).click()
  await expect(page.getByRole('button', { name: 'gpu-box 2', exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'gpu-box 2', exact: true }).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await expect(page.getByRole('button', { name: 'gpu-box 2', exact: true })).toBeHidden()
  await page.getByRole('region', { name: 'Notices' }).getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByRole('button', { name: 'gpu-box 2', exact: true })).toBeVisible()
})

test('groups pass their user on, collapse, and accept dropped hosts', async ({ launch, server, sshDir }) => {
  const { port, publicKey, events } = await server({ password: 'pw' })
  const { trust } = await import('./fixtures.ts')
  trust(sshDir, port, publicKey)
  const { page } = await launch({ hosts: [{ label: 'box', port, signIn: 'password' }] })
  await page.getByRole('button', { name: 'New group' }).click()
  const form = page.getByRole('dialog', { name: 'New group' })
  await form.getByRole('textbox', { name: 'Name' }).fill('Lab')
  await form.getByRole('textbox', { name: 'User' }).fill('labuser')
  await form.getByRole('button', { name: 'Save' }).click()
  const lab = page.getByRole('region', { name: 'Lab', exact: true })
  await page.getByRole('button', { name: 'box', exact: true }).dragTo(lab)
  await expect(lab.getByRole('button', { name: 'box', exact: true })).toBeVisible()
  await lab.getByRole('button', { name: 'Lab', exact: true }).click()
  await expect(lab.getByRole('button', { name: 'box', exact: true })).toBeHidden()
  await lab.getByRole('button', { name: 'Lab', exact: true }).click()
  await lab.getByRole('button', { name: 'box', exact: true }).click()
  await expect(page.getByRole('dialog', { name: 'Password for labuser@127.0.0.1' })).toBeVisible()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  expect(events.some(event => event.method === 'password')).toBe(false)
  await page.getByRole('tab', { name: 'Home' }).click()
  await lab.getByRole('button', { name: 'Actions for group Lab' }).click()
  await page.getByRole('menuitem', { name: 'Delete group' }).click()
  await expect(
    page.getByRole('region', { name: 'Hosts', exact: true }).getByRole('button', { name: 'box', exact: true }),
  ).toBeVisible()
})

test('the search field filters while the user types', async ({ launch }) => {
  const { page } = await launch({ hosts: [{ label: 'gpu-box' }, { label: 'login01' }, { label: 'storage' }] })
  const field = page.getByRole('textbox', { name: 'Find or connect' })
  await field.fill('log')
  await expect(page.getByRole('button', { name: 'login01', exact: true })).toBeVisible()
  await expect(page.getByRole('button', { name: 'storage', exact: true })).toBeHidden()
  await field.fill('zzz')
  await expect(page.getByText('No hosts match “zzz”.')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'storage', exact: true })).toBeVisible()
})

test('a shortcut is changed, takes over one that is in use only on a second press, and works', async ({ launch }) => {
  const { page } = await launch()
  await page.keyboard.press('Control+,')
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: 'Keyboard' }).click()
  await page.getByRole('button', { name: 'Shortcut for Go to activity: none' }).click()
  await page.keyboard.press('Control+K')
  await expect(page.getByRole('alert')).toHaveText('Ctrl K is used by Command palette. Press it again to reassign it.')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'Shortcut for Command palette: Ctrl K' })).toBeVisible()
  await page.getByRole('button', { name: 'Shortcut for Go to activity: none' }).click()
  await page.keyboard.press('Control+K')
  await page.keyboard.press('Control+K')
  await expect(page.getByRole('button', { name: 'Shortcut for Command palette: none' })).toBeVisible()
  await page.getByRole('button', { name: 'Shortcut for Go to activity: Ctrl K' }).click()
  await page.keyboard.press('Control+Alt+A')
  await expect(page.getByRole('alert')).toHaveCount(0)
  await page.keyboard.press('Control+Alt+A')
  await expect(page.getByRole('heading', { name: 'Activity' })).toBeVisible()
})

test('a damaged file is set aside with a notice, and never reset silently', async ({ launch, dataDir }) => {
  const first = await launch({ hosts: [{ label: 'gpu-box' }] })
  await first.page.getByRole('button', { name: 'gpu-box', exact: true }).click({ button: 'right' })
  await first.page.getByRole('menuitem', { name: 'Add to favourites' }).click()
  await expect(first.page.getByRole('region', { name: 'Favourites' })).toBeVisible()
  await first.close()
  const path = join(dataDir, 'hosts.json')
  const damaged = readFileSync(path, 'utf8').slice(0, 40)
  writeFileSync(path, damaged)
  const { page } = await launch()
  await expect(page.getByRole('region', { name: 'Notices' }).getByRole('alert')).toContainText(
    'hosts.json was damaged. Hawser restored it from the last backup',
  )
  await expect(page.getByRole('button', { name: 'gpu-box', exact: true })).toBeVisible()
  const aside = readdirSync(dataDir).find(name => name.startsWith('hosts.json.damaged-'))
  expect(readFileSync(join(dataDir, aside ?? 'none'), 'utf8')).toBe(damaged)
})

test('a second instance passes its address to the first one and quits', async ({ launch, dataDir }) => {
  const { app, page } = await launch({ ownProcess: true })
  const { electronProgram, startArguments } = await import('./fixtures.ts')
  const { spawn } = await import('node:child_process')
  const second = spawn(electronProgram(), [...startArguments, 'ssh://me@10.9.8.7'], {
    env: { ...process.env, HAWSER_DATA_DIR: dataDir },
    stdio: 'ignore',
  })
  await new Promise(resolve => second.on('exit', resolve))
  await expect(page.getByRole('alertdialog', { name: 'Connect to this address?' })).toContainText('ssh://me@10.9.8.7')
  expect(app.windows()).toHaveLength(1)
  expect(existsSync(dataDir)).toBe(true)
})
