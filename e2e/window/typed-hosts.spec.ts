import { expect, keyHost, openShell, terminal, test, trust } from '../fixtures.ts'

test('an address that was typed and refused is saved as a host with a key, and connects', async ({
  launch,
  sshd,
  sshDir,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch()
  await page.getByPlaceholder('Find a host').fill(`${sshd.user}@127.0.0.1 -p ${sshd.port}`)
  await page.keyboard.press('Enter')
  const refused = page.getByRole('alert').filter({ hasText: 'Authentication failed' })
  await expect(refused).toContainText('Save it as a host to choose a key or password.')
  await refused.getByRole('button', { name: 'Save as host' }).click()
  const form = page.getByRole('dialog', { name: 'New host' })
  await expect(form.getByLabel('Address')).toHaveValue('127.0.0.1')
  await expect(form.getByLabel('Port')).toHaveValue(String(sshd.port))
  await form.getByLabel('Label').fill('my-box')
  await form.getByLabel('Key file').fill(`${sshd.folder}/id`)
  await form.getByRole('button', { name: 'Save' }).click()
  await terminal(page, 'my-box').prompt()
  await expect(page.getByRole('tab')).toHaveCount(2)
})

test('the palette finds commands by the words that people know', async ({ launch, sshd, sshDir }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await openShell(page)
  await page.keyboard.press('Control+Shift+P')
  const palette = page.getByRole('dialog', { name: 'Command palette' })
  const known: Readonly<Record<string, string>> = {
    disconnect: 'Close tab',
    'dark mode': 'Toggle dark and light theme',
    shortcuts: 'Go to settings',
    sftp: 'Go to files',
    upload: 'Go to files',
    tunnel: 'New forward',
    search: 'Find in terminal',
    history: 'Go to activity',
    zoom: 'Maximize pane',
    password: 'Go to settings',
  }
  for (const [word, title] of Object.entries(known)) {
    await palette.getByRole('combobox').fill(word)
    await expect(palette.getByRole('option').filter({ hasText: title })).toHaveCount(1)
  }
})
