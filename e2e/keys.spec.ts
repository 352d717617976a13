import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, keyHost, openShell, terminal, test, trust } from './fixtures.ts'
import { keygen } from './sshd.ts'

const run = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: 'utf8' }).trim()

test('a key is generated, copied to a server, tested, used for the host, and removed again', async ({
  launch,
  sshd,
  sshDir,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await page.getByRole('link', { name: 'Keys' }).click()
  await page.getByRole('button', { name: 'Generate key' }).click()
  const form = page.getByRole('dialog', { name: 'New key' })
  await form.getByRole('textbox', { name: 'Name' }).fill('config')
  await form.getByRole('button', { name: 'Generate' }).click()
  await expect(form.getByRole('alert')).toContainText('isn’t one that ssh uses itself')
  await form.getByRole('textbox', { name: 'Name' }).fill('work')
  await form.getByRole('textbox', { name: 'Comment' }).fill('me@laptop')
  await form.getByRole('textbox', { name: 'Passphrase', exact: true }).fill('one secret')
  await form.getByRole('button', { name: 'Generate' }).click()
  await expect(form.getByRole('alert')).toContainText('The passphrases don’t match')
  await form.getByRole('textbox', { name: 'Repeat passphrase' }).fill('one secret')
  await form.getByRole('button', { name: 'Generate' }).click()
  const row = page.getByRole('list', { name: 'Keys' }).getByRole('listitem', { name: 'work' })
  const path = join(sshDir, 'work')
  await expect(row).toBeVisible()
  await expect(row).toContainText(run('ssh-keygen', '-lf', path).split(' ')[1] as string)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(run('ssh-keygen', '-y', '-P', 'one secret', '-f', path)).toBe(readFileSync(`${path}.pub`, 'utf8').trim())

  await row.getByRole('button', { name: 'work', exact: true }).click()
  const details = page.getByRole('dialog', { name: 'work' })
  await expect(details.getByLabel('Randomart')).toContainText(
    run('ssh-keygen', '-lvf', path).split('\n').at(-1) as string,
  )
  await details.getByRole('button', { name: 'Close' }).click()

  await row.getByRole('button', { name: 'Actions for work' }).click()
  await page.getByRole('menuitem', { name: 'Copy to server' }).click()
  const put = page.getByRole('dialog', { name: 'Copy work to a server' })
  await put.getByRole('combobox', { name: 'Host' }).selectOption('gpu-box')
  await put.getByRole('button', { name: 'Copy key' }).click()
  const question = page.getByRole('dialog', { name: 'Passphrase for work' })
  await question.getByRole('textbox', { name: 'Passphrase' }).fill('one secret')
  await question.getByRole('button', { name: 'Continue' }).click()
  await expect(put.getByRole('status')).toContainText('The key was added to gpu-box. Signing in with it works.')
  const authorized = join(sshd.folder, 'home/.ssh/authorized_keys')
  expect(readFileSync(authorized, 'utf8')).toBe(readFileSync(`${path}.pub`, 'utf8'))
  expect([statSync(authorized).mode & 0o777, statSync(join(authorized, '..')).mode & 0o777]).toEqual([0o600, 0o700])
  await put.getByRole('button', { name: 'Use this key for gpu-box' }).click()
  await expect(row).toContainText('used by gpu-box')

  const fingerprint = run('ssh-keygen', '-lf', path).split(' ')[1] as string
  await page.getByRole('link', { name: 'Hosts', exact: true }).click()
  await openShell(page)
  expect(sshd.log().split('Accepted publickey').at(-1)).toContain(fingerprint)

  await page.getByRole('tab', { name: 'Home' }).click()
  await page.getByRole('link', { name: 'Keys' }).click()
  await row.getByRole('button', { name: 'Actions for work' }).click()
  await page.getByRole('menuitem', { name: 'Remove from server' }).click()
  await page
    .getByRole('dialog', { name: 'Remove work from a server' })
    .getByRole('button', { name: 'Remove key' })
    .click()
  await expect(page.getByRole('region', { name: 'Notices' })).toContainText('Removed work from gpu-box.')
  expect(readFileSync(authorized, 'utf8')).toBe('')
})

test('a passphrase is changed and accepted by ssh-keygen; a key is deleted after a warning that names its hosts', async ({
  launch,
  sshDir,
}) => {
  const path = join(sshDir, 'old')
  keygen(path, 'rsa', 'first one')
  const { page } = await launch({ hosts: [{ label: 'box', signIn: 'key', keyFile: '~/.ssh/old' }] })
  await page.getByRole('link', { name: 'Keys' }).click()
  const actions = page.getByRole('button', { name: 'Actions for old' })
  await actions.click()
  await page.getByRole('menuitem', { name: 'Change passphrase' }).click()
  const form = page.getByRole('dialog', { name: 'Change passphrase of old' })
  await form.getByRole('textbox', { name: 'Passphrase', exact: true }).fill('second one')
  await form.getByRole('textbox', { name: 'Repeat passphrase' }).fill('second one')
  await form.getByRole('button', { name: 'Change passphrase' }).click()
  const question = page.getByRole('dialog', { name: 'Passphrase for old' })
  await question.getByRole('textbox', { name: 'Passphrase' }).fill('wrong')
  await question.getByRole('button', { name: 'Continue' }).click()
  await expect(question).toContainText('Incorrect passphrase.')
  await question.getByRole('textbox', { name: 'Passphrase' }).fill('first one')
  await question.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByRole('region', { name: 'Notices' })).toContainText('The passphrase of old was changed.')
  expect(run('ssh-keygen', '-y', '-P', 'second one', '-f', path)).toContain('ssh-rsa')

  await actions.click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  const warning = page.getByRole('alertdialog', { name: 'Delete old?' })
  await expect(warning).toContainText('Used by box.')
  await warning.getByRole('button', { name: 'Delete key' }).click()
  await expect(page.getByText('No keys yet')).toBeVisible()
  expect([existsSync(path), existsSync(`${path}.pub`)]).toEqual([false, false])
})

test('a PuTTY key is imported into the vault and signs in; no part of it reaches the page', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const ppk = join(folder, 'mine.ppk')
  const secret = join(folder, 'secret')
  writeFileSync(secret, 'putty secret')
  run(
    'puttygen',
    join(sshd.folder, 'id'),
    '-o',
    ppk,
    '-O',
    'private',
    '--ppk-param',
    'version=3',
    '--new-passphrase',
    secret,
  )
  const { page } = await launch({
    hosts: [{ label: 'box', port: sshd.port, user: sshd.user, signIn: 'key', keyFile: 'vault:mine' }],
  })
  await page.getByRole('link', { name: 'Keys' }).click()
  await page.getByRole('button', { name: 'Import key' }).click()
  const form = page.getByRole('dialog', { name: 'Import key' })
  await form.getByRole('textbox', { name: 'File' }).fill(ppk)
  await form.getByRole('textbox', { name: 'Name' }).fill('mine')
  await form.getByRole('combobox', { name: 'Save to' }).selectOption('Vault')
  await form.getByRole('button', { name: 'Import' }).click()
  const vault = page.getByRole('dialog', { name: /vault/i })
  const passphrase = page.getByRole('dialog', { name: 'Passphrase for mine' })
  await expect(passphrase.or(vault)).toBeVisible()
  if (await vault.isVisible()) await vault.getByRole('button', { name: 'Keep until Hawser quits' }).click()
  await passphrase.getByRole('textbox', { name: 'Passphrase' }).fill('putty secret')
  await passphrase.getByRole('button', { name: 'Continue' }).click()
  const row = page.getByRole('list', { name: 'Keys' }).getByRole('listitem', { name: 'mine' })
  await expect(row).toContainText('vault')
  await expect(row).toContainText('used by box')
  await page.getByRole('link', { name: 'Hosts', exact: true }).click()
  await page.getByRole('button', { name: 'box', exact: true }).click()
  await passphrase.getByRole('textbox', { name: 'Passphrase' }).fill('putty secret')
  await passphrase.getByRole('button', { name: 'Continue' }).click()
  await terminal(page, 'box').prompt()
  expect(existsSync(join(sshDir, 'mine'))).toBe(false)
})

test('a key is added to the agent for a time, and agent forwarding is marked on the tab', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  keygen(join(sshDir, 'extra'), 'ed25519')
  const socket = join(folder, 'agent.sock')
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
  try {
    await expect.poll(() => existsSync(socket)).toBe(true)
    const host = { ...keyHost(sshd), forwardAgent: true }
    const { page } = await launch({ hosts: [host], env: { SSH_AUTH_SOCK: socket } })
    await page.getByRole('link', { name: 'Keys' }).click()
    await page.getByRole('button', { name: 'Actions for extra' }).click()
    await page.getByRole('menuitem', { name: 'Add to agent' }).click()
    await page.getByRole('dialog', { name: 'Add extra to the agent' }).getByRole('button', { name: 'Add key' }).click()
    await expect(page.getByRole('listitem', { name: 'extra' })).toContainText('in agent')
    const list = execFileSync('ssh-add', ['-l'], { env: { ...process.env, SSH_AUTH_SOCK: socket }, encoding: 'utf8' })
    expect(list).toContain(run('ssh-keygen', '-lf', join(sshDir, 'extra')).split(' ')[1])

    await page.getByRole('link', { name: 'Hosts', exact: true }).click()
    const shell = await openShell(page)
    await shell.run('echo "found=$(ssh-add -l | grep -c ED25519)"')
    await expect(shell.rows).toContainText('found=1')
    await expect(page.getByRole('tab', { name: 'gpu-box' })).toHaveAccessibleDescription('Agent forwarding is on')

    await page.getByRole('tab', { name: 'Home' }).click()
    await page.getByRole('link', { name: 'Keys' }).click()
    await page.getByRole('button', { name: 'Actions for extra' }).click()
    await page.getByRole('menuitem', { name: 'Remove from agent' }).click()
    await expect(page.getByRole('listitem', { name: 'extra' })).not.toContainText('in agent')
  } finally {
    agent.kill()
  }
})

test('known hosts are listed, found by a hashed name, removed, and added by fingerprint', async ({
  launch,
  sshd,
  sshDir,
}) => {
  const file = join(sshDir, 'known_hosts')
  keygen(join(sshDir, 'other'), 'ed25519')
  const [type, key] = readFileSync(join(sshDir, 'other.pub'), 'utf8').split(' ')
  mkdirSync(sshDir, { recursive: true })
  writeFileSync(file, `# mine\nplain.example ${type} ${key} note\nhidden.example ${type} ${key}\n`, { mode: 0o600 })
  run('ssh-keygen', '-H', '-f', file)
  chmodSync(file, 0o600)
  writeFileSync(
    file,
    `${readFileSync(file, 'utf8')
      .split('\n')
      .filter(line => line.startsWith('|1|'))
      .at(-1)}\nplain.example ${type} ${key} note\n`,
  )
  const { page } = await launch()
  await page.getByRole('link', { name: 'Known hosts' }).click()
  const list = page.getByRole('list', { name: 'Known hosts' })
  await expect(list.getByRole('listitem')).toHaveCount(2)
  await page.getByRole('textbox', { name: 'Find a host' }).fill('hidden.example')
  await expect(list.getByRole('listitem')).toHaveCount(1)
  await list.getByRole('button', { name: /Remove Hashed name/ }).click()
  await expect(page.getByText('No known hosts match “hidden.example”.')).toBeVisible()
  expect(readFileSync(file, 'utf8')).toBe(`plain.example ${type} ${key} note\n`)
  await page.getByRole('textbox', { name: 'Find a host' }).fill('')

  const add = page.getByRole('dialog', { name: 'Add by fingerprint' })
  await page.getByRole('button', { name: 'Add by fingerprint' }).click()
  await add.getByRole('textbox', { name: 'Address' }).fill('127.0.0.1')
  await add.getByRole('textbox', { name: 'Port' }).fill(String(sshd.port))
  await add.getByRole('textbox', { name: 'Fingerprint' }).fill('SHA256:AAAA')
  await add.getByRole('button', { name: 'Add', exact: true }).click()
  const print = run('ssh-keygen', '-lf', join(sshd.folder, 'host_ed.pub')).split(' ')[1] as string
  await expect(add.getByRole('alert')).toContainText(`It offers ED25519 ${print}`)
  await add.getByRole('textbox', { name: 'Fingerprint' }).fill(print)
  await add.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(list.getByRole('listitem', { name: `[127.0.0.1]:${sshd.port}` })).toBeVisible()
  expect(sshd.log()).not.toContain('Failed')
})
