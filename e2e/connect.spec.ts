import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, keyHost, openShell, terminal, test, trust } from './fixtures.ts'
import { open as openLink } from '../scripts/tcp-proxy.mjs'
import { keygen, startSshd } from './sshd.ts'

test('a click on a host asks about its unknown key, then runs a real shell', async ({ launch, sshd, sshDir }) => {
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await page.getByRole('button', { name: 'gpu-box', exact: true }).click()
  const dialog = page.getByRole('alertdialog', { name: 'Trust gpu-box?' })
  await expect(dialog).toContainText('SHA256:')
  await dialog.getByRole('button', { name: 'Trust and connect' }).click()
  const shell = terminal(page, 'gpu-box')
  await shell.prompt()
  await shell.run('echo $((6*7))-is-the-answer $TERM')
  await expect(shell.rows).toContainText('42-is-the-answer xterm-256color')
  expect(readFileSync(join(sshDir, 'known_hosts'), 'utf8')).toContain(`[127.0.0.1]:${sshd.port} ssh-ed25519 `)
  await page.getByRole('tab', { name: 'Home' }).click()
  await page.getByRole('link', { name: 'Activity' }).click()
  const entries = page.getByRole('list', { name: 'Activity' }).getByRole('listitem')
  await expect(entries.first()).toContainText('Connected to gpu-box')
  await expect(entries.nth(1)).toContainText('SHA256:')
})

test('a key that is not trusted sends nothing and leaves a way to try again', async ({ launch, server }) => {
  const { port, events } = await server({ password: 'pw' })
  const { page } = await launch({ hosts: [{ label: 'box', port, user: 'me', signIn: 'password' }] })
  await page.getByRole('button', { name: 'box', exact: true }).click()
  await page.getByRole('alertdialog', { name: 'Trust box?' }).getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('region', { name: 'Terminal box' })).toContainText('box is not connected.')
  expect(events.filter(event => event.kind === 'auth')).toEqual([])
})

test('a wrong password is asked again, a right one is remembered over a restart', async ({
  launch,
  server,
  sshDir,
}) => {
  const { port, publicKey, events } = await server({ password: 'open sesame' })
  trust(sshDir, port, publicKey)
  const first = await launch({ hosts: [{ label: 'box', port, user: 'me', signIn: 'password' }] })
  await first.page.getByRole('button', { name: 'box', exact: true }).click()
  const dialog = first.page.getByRole('dialog', { name: 'Password for me@127.0.0.1' })
  await dialog.getByLabel('Password').fill('wrong')
  await dialog.getByRole('button', { name: 'Continue' }).click()
  await expect(dialog).toContainText('Incorrect password.')
  await dialog.getByLabel('Password').fill('open sesame')
  await dialog.getByRole('checkbox', { name: 'Remember' }).check()
  await dialog.getByRole('button', { name: 'Continue' }).click()
  await expect(terminal(first.page, 'box').rows).toContainText('ready')
  await first.page.getByRole('button', { name: 'Close box' }).click()
  await first.close()

  const second = await launch()
  await second.page.getByRole('button', { name: 'box', exact: true }).click()
  await expect(terminal(second.page, 'box').rows).toContainText('ready')
  expect(events.filter(event => event.method === 'password').map(event => event.text)).toEqual([
    'wrong',
    'open sesame',
    'open sesame',
  ])
})

test('a key with a passphrase asks for it by the name of the file', async ({ launch, sshd, folder, sshDir }) => {
  const key = join(folder, 'id_locked')
  keygen(key, 'ed25519', 'correct horse')
  sshd.authorize(readFileSync(`${key}.pub`, 'utf8'))
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch({ hosts: [{ ...keyHost(sshd), keyFile: key }] })
  await page.getByRole('button', { name: 'gpu-box', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Passphrase for id_locked' })
  await dialog.getByLabel('Passphrase').fill('wrong')
  await page.keyboard.press('Enter')
  await expect(dialog).toContainText('Incorrect passphrase.')
  await dialog.getByLabel('Passphrase').fill('correct horse')
  await page.keyboard.press('Enter')
  await terminal(page, 'gpu-box').prompt()
})

test('a server’s own questions are shown as it asks them, without its tricks', async ({ launch, server, sshDir }) => {
  const rounds = [
    {
      name: 'Second\u001b[31m factor',
      text: 'From your <b>phone</b>',
      prompts: [
        { prompt: 'Name: ', echo: true },
        { prompt: 'Code: ', echo: false },
      ],
      answers: ['ada', '123456'],
    },
  ]
  const { port, publicKey } = await server({ rounds })
  trust(sshDir, port, publicKey)
  const { page } = await launch({ hosts: [{ label: 'box', port, user: 'me' }] })
  await page.getByRole('button', { name: 'box', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: `Prompt from me@127.0.0.1:${port}`, exact: true })
  const frame = dialog.getByRole('region', { name: 'Message from the server' })
  for (const text of ['Second factor', 'From your <b>phone</b>', 'Name:', 'Code:'])
    await expect(frame).toContainText(text)
  await dialog.getByRole('textbox', { name: 'Answer 1 of 2', exact: true }).fill('ada')
  const code = dialog.getByLabel('Answer 2 of 2', { exact: true })
  await expect(code).toHaveAttribute('type', 'password')
  await expect(code).toHaveAccessibleDescription('Code:')
  await code.fill('123456')
  await dialog.getByRole('button', { name: 'Continue' }).click()
  await expect(terminal(page, 'box').rows).toContainText('ready')
})

test('a changed key stops the connection, and is replaced only in a second step', async ({
  launch,
  server,
  sshDir,
}) => {
  const old = await server({ password: 'pw' })
  const now = await server({ password: 'pw' })
  trust(sshDir, now.port, old.publicKey)
  const { page } = await launch({ hosts: [{ label: 'box', port: now.port, user: 'me', signIn: 'password' }] })
  await page.getByRole('button', { name: 'box', exact: true }).click()
  const dialog = page.getByRole('alertdialog', { name: 'The host key of box has changed' })
  await expect(dialog).toContainText('known_hosts:1')
  await dialog.getByRole('button', { name: 'Don’t connect' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'has changed, so nothing was sent' })).toBeVisible()
  expect(now.events.filter(event => event.kind === 'auth')).toEqual([])
  await page.getByRole('button', { name: 'Try again' }).click()
  await dialog.getByRole('button', { name: 'Replace key' }).click()
  await expect(dialog.getByRole('button', { name: 'Replace key and connect' })).toBeDisabled()
  await dialog.getByRole('checkbox', { name: 'I know why the key changed' }).check()
  await dialog.getByRole('button', { name: 'Replace key and connect' }).click()
  await page.getByRole('textbox', { name: 'Password' }).fill('pw')
  await page.keyboard.press('Enter')
  await expect(terminal(page, 'box').rows).toContainText('ready')
  expect(readFileSync(join(sshDir, 'known_hosts'), 'utf8')).toBe(`[127.0.0.1]:${now.port} ${now.publicKey}\n`)
})

test('a host behind a jump host opens through it', async ({ launch, server, sshd, sshDir }) => {
  const inner = await server({ password: 'pw' })
  trust(sshDir, sshd.port, sshd.hostKey)
  trust(sshDir, inner.port, inner.publicKey)
  const id = crypto.randomUUID()
  const { page } = await launch({
    hosts: [
      { ...keyHost(sshd, 'bastion'), id },
      { label: 'inner', port: inner.port, user: 'me', signIn: 'password', jumpHostId: id },
    ],
  })
  await page.getByRole('button', { name: 'inner', exact: true }).click()
  await page.getByRole('textbox', { name: 'Password' }).fill('pw')
  await page.keyboard.press('Enter')
  await expect(terminal(page, 'inner').rows).toContainText('ready')
  expect(sshd.log()).toContain('Accepted publickey')
})

test('user@host and a whole ssh command line connect from the field', async ({ launch, sshd, sshDir }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch()
  const field = page.getByRole('textbox', { name: 'Find or connect' })
  await field.fill(`ssh -i ${sshd.folder}/id -p ${sshd.port} ${sshd.user}@127.0.0.1`)
  await page.keyboard.press('Enter')
  await terminal(page, `${sshd.user}@127.0.0.1:${sshd.port}`).prompt()
  await page.getByRole('tab', { name: 'Home' }).click()
  await field.fill('me@host -p 99999')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('The port must be a number from 1 to 65535.')
})

test('a server that dies keeps the tab and its screen and offers to reconnect', async ({ launch, sshd, sshDir }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch({ hosts: [keyHost(sshd)], settings: { terminal: { reconnect: false } } })
  await page.getByRole('button', { name: 'gpu-box', exact: true }).click()
  const shell = terminal(page, 'gpu-box')
  await shell.prompt()
  await shell.run('echo before-the-crash')
  await expect(shell.rows).toContainText('before-the-crash')
  sshd.kill()
  await expect(shell.region.getByRole('alert')).toContainText(/lost|reset/)
  await expect(shell.rows).toContainText('before-the-crash')
  await sshd.restart()
  await shell.region.getByRole('button', { name: 'Reconnect' }).click()
  await expect(page.getByRole('tab', { name: 'gpu-box' }).getByRole('img', { name: 'connected' })).toBeVisible()
  await expect(shell.rows).toContainText(/[$#]\s[\s\S]*[$#]\s[\s\S]*[$#]\s*$/)
  await shell.run('echo after-the-crash')
  await expect(shell.rows).toContainText(/after-the-crash[\s\S]*after-the-crash/)
})

test('a shell that ends says with which code, and Enter connects again', async ({ launch, sshd, sshDir }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await page.getByRole('button', { name: 'gpu-box', exact: true }).click()
  const shell = terminal(page, 'gpu-box')
  await shell.prompt()
  await shell.run('exit 7')
  await expect(shell.region.getByRole('status').filter({ hasText: 'exited with code 7' })).toBeVisible()
  await shell.type('\n')
  await expect(page.getByRole('tab', { name: 'gpu-box' }).getByRole('img', { name: 'connected' })).toBeVisible()
})

test('what can’t be reached says so with the next step', async ({ launch, server }) => {
  const { port } = await server({ head: 'Not allowed at this time\r\n' })
  const { page } = await launch({
    hosts: [
      { label: 'closed', port: 1, user: 'me' },
      { label: 'nowhere', address: 'no-such-host.invalid', user: 'me' },
      { label: 'angry', port, user: 'me' },
    ],
  })
  for (const [label, text] of [
    ['closed', 'refused the connection'],
    ['nowhere', 'resolve the host name'],
    ['angry', 'Wait a few minutes'],
  ] as const) {
    await page.getByRole('button', { name: label, exact: true }).click()
    await expect(page.getByRole('alert').filter({ hasText: text })).toBeVisible()
    await page.getByRole('tab', { name: 'Home' }).click()
  }
})

test('an address from outside is asked about and never opened by itself', async ({ launch, sshd, sshDir }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  // What sshd says of the connections before may still be on its way into the log.
  const connections = () => sshd.log().match(/^Connection from/gm)?.length
  const before = connections()
  const { page } = await launch({ args: [`ssh://${sshd.user}@127.0.0.1:${sshd.port}`] })
  const dialog = page.getByRole('alertdialog', { name: 'Connect to this address?' })
  await expect(dialog).toContainText(`ssh://${sshd.user}@127.0.0.1:${sshd.port}`)
  expect(connections()).toBe(before)
  await dialog.getByRole('button', { name: 'Connect' }).click()
  await expect(page.getByRole('tab', { name: `${sshd.user}@127.0.0.1:${sshd.port}` })).toBeVisible()
})

test('the keyboard goes where the eye is: into the terminal after every question, palette and rename', async ({
  launch,
  server,
  sshDir,
}) => {
  const { port, publicKey } = await server({ password: 'pw', shell: 'pty' })
  trust(sshDir, port, publicKey)
  const { page } = await launch({ hosts: [{ label: 'box', port, user: 'me', signIn: 'password' }] })
  await page.getByRole('button', { name: 'box', exact: true }).click()
  // A question takes no keys before it has been there for a moment.
  await expect(page.getByRole('textbox', { name: 'Password' })).toBeFocused()
  await page.keyboard.type('pw')
  await page.keyboard.press('Enter')
  const { rows, prompt } = terminal(page, 'box')
  await prompt()
  const typed = async (word: string) => {
    // A shell that has just started may write its prompt in the middle of what is typed: only the output counts.
    await page.keyboard.type(`echo ${word}-$((6*7))\n`)
    await expect(rows).toContainText(`${word}-42`)
  }
  await typed('after-password')
  await page.keyboard.press('Control+Shift+P')
  await expect(page.getByRole('combobox', { name: 'Search hosts and commands' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog', { name: 'Command palette' })).toBeHidden()
  await typed('after-palette')
  await page.keyboard.press('Control+Shift+R')
  await expect(page.getByRole('textbox', { name: 'Tab name' })).toBeFocused()
  await page.keyboard.press('Enter')
  await typed('after-rename')
  await page.keyboard.type('exit\n')
  await page.getByRole('button', { name: 'Reconnect' }).click()
  await expect(page.getByRole('tab', { name: 'box' }).getByRole('img', { name: 'connected' })).toBeVisible()
  await typed('after-reconnect')
})

test('a link that stalls says for how long, and goes on by itself', async ({ launch, sshd, sshDir }) => {
  const link = await openLink(sshd.port)
  trust(sshDir, link.port, sshd.hostKey)
  const { page } = await launch({ hosts: [{ ...keyHost(sshd), port: link.port }] })
  await page.getByRole('button', { name: 'gpu-box', exact: true }).click()
  const shell = terminal(page, 'gpu-box')
  await shell.prompt()
  link.stall()
  await shell.type('echo through-the-gap')
  await expect(shell.region).toContainText(/gpu-box hasn’t responded for \d+ s/, { timeout: 20_000 })
  link.stall(false)
  await page.keyboard.press('Enter')
  await expect(shell.rows).toContainText(/echo through-the-gap\s*through-the-gap/)
  await expect(shell.region).not.toContainText('hasn’t responded')
  await link.close()
})

test('a live connection that uses weak algorithms says which, on its tab and in the status bar', async ({
  launch,
  folder,
  sshDir,
}) => {
  const old = await startSshd(join(folder, 'old'), ['KexAlgorithms diffie-hellman-group14-sha1'])
  try {
    trust(sshDir, old.port, old.hostKey)
    const { page } = await launch({ hosts: [{ ...keyHost(old, 'old-box'), weakAlgorithms: true }] })
    await openShell(page, 'old-box')
    const sentence = 'Weak algorithms in use: diffie-hellman-group14-sha1'
    await expect(page.getByRole('contentinfo').getByRole('img', { name: sentence })).toBeVisible()
    await expect(page.getByRole('tab', { name: 'old-box' })).toHaveAccessibleDescription(sentence)
  } finally {
    old.kill()
  }
})

test('a second terminal opens on a server that allows one session per connection', async ({
  launch,
  folder,
  sshDir,
}) => {
  const small = await startSshd(join(folder, 'small'), ['MaxSessions 1'])
  try {
    trust(sshDir, small.port, small.hostKey)
    const { page } = await launch({ hosts: [keyHost(small, 'small-box')] })
    const first = await openShell(page, 'small-box')
    await first.run('echo first-$((6*7))')
    await page.getByRole('tab', { name: 'Home' }).click()
    const second = await openShell(page, 'small-box')
    await second.run('echo second-$((6*7))')
    await expect(second.rows).toContainText('second-42')
    expect(small.log().match(/Accepted publickey/g)?.length).toBeGreaterThan(1)
  } finally {
    small.kill()
  }
})
