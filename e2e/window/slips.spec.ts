import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, keyHost, openShell, test, trust } from '../fixtures.ts'
import { panelButton, seedSnippets } from '../snippet-pieces.ts'

test('the second click of a double click never lands on what the first one brought', async ({
  launch,
  sshd,
  sshDir,
  dataDir,
  folder,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const marker = join(folder, 'ran')
  seedSnippets(dataDir, { name: 'Mark', command: `echo run >> ${marker}`, mode: 'send' })
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  await shell.prompt()

  // A button that types a command takes one click.
  await panelButton(page, 'Mark').dblclick()
  await expect.poll(() => readFileSync(marker, { encoding: 'utf8', flag: 'a+' })).toBe('run\n')
  await shell.run('echo done-$((6*7))')
  await expect(shell.rows).toContainText('done-42')
  expect(readFileSync(marker, 'utf8')).toBe('run\n')

  // The next tab moves under the pointer when one is closed.
  for (let count = 0; count < 2; count++) {
    await page.getByRole('tab', { name: 'Home' }).click()
    await openShell(page)
  }
  const tabs = page.getByRole('tab', { name: 'gpu-box' })
  await expect(tabs).toHaveCount(3)
  await page.getByRole('button', { name: 'Close gpu-box' }).first().dblclick()
  await expect(tabs).toHaveCount(2)

  // So does the next line of known_hosts.
  const others = ['one', 'two', 'three'].map(name => `${name}.example ${sshd.hostKey}`)
  writeFileSync(join(sshDir, 'known_hosts'), others.join(''))
  await page.getByRole('tab', { name: 'Home' }).click()
  await page.getByRole('link', { name: 'Known hosts' }).click()
  await page.getByRole('button', { name: /^Remove one\.example/ }).dblclick()
  await expect(page.getByRole('listitem', { name: 'one.example' })).toBeHidden()
  expect(readFileSync(join(sshDir, 'known_hosts'), 'utf8')).toBe(others.slice(1).join(''))
})

test('a setting that is typed holds after Enter and after leaving the page, and a form shows its wrong field', async ({
  launch,
  dataDir,
}) => {
  const { page } = await launch()
  const saved = () => readFileSync(join(dataDir, 'settings.json'), 'utf8')
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Terminal', exact: true }).click()
  await page.getByLabel('Local shell').fill('/bin/sh')
  await page.getByLabel('Local shell').press('Enter')
  await expect.poll(saved).toContain('"/bin/sh"')
  await page.getByLabel('Local shell').fill('/bin/bash')
  await page.keyboard.press('Control+Shift+H')
  await expect.poll(saved).toContain('"/bin/bash"')

  await page.setViewportSize({ width: 900, height: 600 })
  await page.keyboard.press('Control+Shift+N')
  const form = page.getByRole('dialog', { name: 'New host' })
  await form.getByLabel('Label').fill('box')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form.getByLabel('Address')).toBeFocused()
  await expect(form.getByLabel('Address')).toBeInViewport()
  await expect(form.getByRole('button', { name: 'Save' })).toBeInViewport()
})

test('a question that is cancelled over a dialog gives the keyboard back to that dialog', async ({
  launch,
  server,
  sshDir,
}) => {
  const { port, publicKey } = await server({ password: 'pw' })
  trust(sshDir, port, publicKey)
  const { page } = await launch({ hosts: [{ label: 'box', port, user: 'me', signIn: 'password' }] })
  await page.getByRole('link', { name: 'Keys', exact: true }).click()
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByRole('dialog', { name: 'New key' }).getByRole('button', { name: 'Generate' }).click()
  await page.getByRole('button', { name: 'Actions for id_ed25519' }).click()
  await page.getByRole('menuitem', { name: 'Copy to server' }).click()
  const dialog = page.getByRole('dialog', { name: 'Copy id_ed25519 to a server' })
  await dialog.getByRole('button', { name: 'Copy key' }).click()
  const question = page.getByRole('dialog', { name: 'Password for me@127.0.0.1' })
  await expect(question.getByLabel('Password')).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(question).toBeHidden()
  await expect(dialog.locator(':focus')).toHaveCount(1)
})
