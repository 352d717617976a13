import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, openShell, terminal, test, trust } from './fixtures.ts'
import type { Sshd } from './sshd.ts'

/** Replaces `@server` lines in a config with the options of the test's server and its key. */
function config(sshd: Sshd, text: string): string {
  const own = [`HostName 127.0.0.1`, `Port ${sshd.port}`, `User ${sshd.user}`, `IdentityFile ${sshd.folder}/id`]
  return text.replaceAll(/^( *)@server$/gm, (_all, indent: string) => own.map(line => indent + line).join('\n'))
}

test('a host of the config connects through two jump hosts and becomes a favourite without being copied', async ({
  launch,
  sshd,
  sshDir,
  dataDir,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const text = config(
    sshd,
    'Host outer\n  @server\nHost middle\n  @server\n\nHost inner\n  @server\n  ProxyJump outer,middle\nHost *.never\n  User x\n',
  )
  writeFileSync(join(sshDir, 'config'), text, { mode: 0o600 })
  const { page } = await launch()
  const section = page.getByRole('region', { name: 'SSH config' })
  await expect(section.getByRole('button', { name: 'inner', exact: true })).toBeVisible()
  await expect(section.getByRole('button', { name: /never/ })).toHaveCount(0)
  const shell = await openShell(page, 'inner')
  await shell.run('echo "$SSH_CONNECTION" | wc -w')
  await expect(shell.rows).toContainText('4')
  // Three logins, each through the one before.
  expect(sshd.log().match(/Accepted publickey/g)).toHaveLength(3)

  await page.getByRole('tab', { name: 'Home' }).click()
  await page.getByRole('button', { name: 'outer', exact: true }).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Add to favourites' }).click()
  await expect(
    page.getByRole('region', { name: 'Favourites' }).getByRole('button', { name: 'outer', exact: true }),
  ).toBeVisible()
  expect(readFileSync(join(sshDir, 'config'), 'utf8')).toBe(text)
  expect(JSON.parse(readFileSync(join(dataDir, 'hosts.json'), 'utf8')).data.hosts).toEqual([])
})

test('changes of the config are followed, and a line that ssh rejects is shown and stops the connection', async ({
  launch,
  sshd,
  sshDir,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const path = join(sshDir, 'config')
  const { page } = await launch()
  await expect(page.getByText('No hosts yet')).toBeVisible()
  writeFileSync(path, config(sshd, 'Host one\n  @server\n  Include more.conf\n'), { mode: 0o600 })
  await expect(page.getByRole('button', { name: 'one', exact: true })).toBeVisible()
  writeFileSync(join(sshDir, 'more.conf'), 'GSSAPIAuthentication yes\nPort 2\n', { mode: 0o600 })
  appendFileSync(path, 'Host two\n  HostName 10.1.1.1\n  Port many\n')
  await expect(page.getByRole('button', { name: 'two', exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Details of one' }).click()
  const details = page.getByRole('complementary', { name: 'Details of one' })
  await expect(details.getByRole('list', { name: 'Ignored options' })).toContainText(
    'Line 1: GSSAPIAuthentication: GSSAPI (Kerberos) is not supported',
  )
  await page.getByRole('button', { name: 'one', exact: true }).click()
  const { region } = terminal(page, 'one')
  await expect(region).toContainText(/config, line 9: Port: “many” is not a port number/)
  await expect(region.getByRole('button', { name: 'Edit host' })).toBeHidden()
  await region.getByRole('button', { name: 'Open SSH config at line 9' }).click()
  const editor = page.getByRole('dialog', { name: 'config' })
  await editor.getByRole('textbox', { name: 'Text' }).press('Control+x')
  await page.keyboard.press('Control+s')
  await editor.getByRole('button', { name: 'Close' }).click()
  expect(readFileSync(path, 'utf8')).not.toContain('Port many')
  await region.getByRole('button', { name: 'Try again' }).click()
  await terminal(page, 'one').prompt()
})

test('the files and the form of a host lead to the line of the config that ssh rejects', async ({ launch, sshDir }) => {
  const path = join(sshDir, 'config')
  writeFileSync(path, 'Host one two\n  HostName 127.0.0.1\nHost *\n  Port many\n', { mode: 0o600 })
  const { page } = await launch()
  const text = page.getByRole('dialog', { name: 'config' }).getByRole('textbox', { name: 'Text' })
  await page.getByRole('button', { name: 'Files on one' }).click()
  const pane = page.getByRole('region', { name: 'Right pane' })
  await pane.getByRole('button', { name: 'Open SSH config at line 4' }).click()
  await expect(text).toContainText('Port many')
  await page.keyboard.press('Escape')
  await page.getByRole('tab', { name: 'Home' }).click()
  await page.getByRole('button', { name: 'one', exact: true }).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Edit host' }).click()
  const form = page.getByRole('dialog', { name: 'Edit one' })
  await expect(form.getByRole('alert')).toContainText(`Line 4 of ${path}: Port: “many” is not a port number`)
  await form.getByRole('button', { name: 'Open file at line 4' }).click()
  await expect(text).toContainText('Port many')
})

test('an edit leaves every other byte of the config unchanged', async ({ launch, sshDir }) => {
  const path = join(sshDir, 'config')
  const before =
    '# mine\r\nHost a\t b\r\n\tHostName = 10.0.0.1   # old\r\n\r\n\t# the user\r\n\tUser me\r\n\r\nHost *\r\n  Port 2200\r\n'
  writeFileSync(path, before, { mode: 0o640 })
  const { page } = await launch()
  await page.getByRole('button', { name: 'a', exact: true }).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  const form = page.getByRole('dialog', { name: 'Edit a' })
  await expect(form).toContainText('Also applies to b.')
  await form.getByRole('textbox', { name: 'Address' }).fill('10.0.0.2')
  await form.getByRole('textbox', { name: 'Key file' }).fill('~/.ssh/my key')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form).toBeHidden()
  expect(readFileSync(path, 'utf8')).toBe(
    before.replace('10.0.0.1', '10.0.0.2').replace('User me\r\n', 'User me\r\n\tIdentityFile "~/.ssh/my key"\r\n'),
  )
  await expect(page.getByText('me@10.0.0.2:2200').first()).toBeVisible()

  await page.getByRole('button', { name: 'a', exact: true }).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Open SSH config at line 2' }).click()
  await expect(page.getByRole('dialog', { name: 'config' }).getByRole('textbox', { name: 'Text' })).toContainText(
    '# the user',
  )
})

test('an earlier line that takes precedence is reported, and nothing is written', async ({ launch, sshDir }) => {
  const path = join(sshDir, 'config')
  const before = 'Host *\n  User everyone\nHost a\n  HostName 10.0.0.1\n'
  writeFileSync(path, before, { mode: 0o600 })
  const { page } = await launch()
  await page.getByRole('button', { name: 'a', exact: true }).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  const form = page.getByRole('dialog', { name: 'Edit a' })
  await form.getByRole('textbox', { name: 'User' }).fill('me')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form.getByRole('alert')).toContainText(/Line 2 of .*config sets User first, so it would stay everyone/)
  await form.getByRole('textbox', { name: 'User' }).fill('')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form.getByRole('alert')).toContainText(/Line 2 of .*config also sets User, so it would not be empty/)
  await form.getByRole('textbox', { name: 'User' }).fill('everyone')
  await form.getByRole('textbox', { name: 'Jump hosts' }).fill('bob @gate')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form.getByRole('alert')).toContainText('Separate jump hosts with commas')
  await form.getByRole('textbox', { name: 'Jump hosts' }).fill('')
  await form.getByRole('textbox', { name: 'Port' }).fill('0')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form.getByRole('alert')).toContainText('The port must be a number from 1 to 65535.')
  expect(readFileSync(path, 'utf8')).toBe(before)
})

test('a ProxyCommand is shown in full, runs after confirmation, and needs no second one', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const ran = join(folder, 'ran')
  const command = `sh -c 'echo x >> ${ran}; exec nc 127.0.0.1 ${sshd.port}'`
  writeFileSync(
    join(sshDir, 'config'),
    config(sshd, `Host behind\n  @server\n  HostKeyAlias [127.0.0.1]:${sshd.port}\n  ProxyCommand ${command} # %h\n`),
    { mode: 0o600 },
  )
  const first = await launch()
  const { page } = first
  await page.getByRole('button', { name: 'behind', exact: true }).click()
  const question = page.getByRole('alertdialog', { name: 'Run a command for behind?' })
  await expect(question).toContainText(`${command} # 127.0.0.1`)
  expect(existsSync(ran)).toBe(false)
  await question.getByRole('button', { name: 'Cancel' }).click()
  await expect(terminal(page, 'behind').region).toContainText('behind is not connected')
  expect(existsSync(ran)).toBe(false)

  await terminal(page, 'behind').region.getByRole('button', { name: 'Connect' }).click()
  await question.getByRole('button', { name: 'Run command' }).click()
  await terminal(page, 'behind').prompt()
  expect(readFileSync(ran, 'utf8')).toBe('x\n')

  // The confirmation is remembered over a restart.
  await first.close()
  const { page: again } = await launch()
  await terminal(again, 'behind')
    .region.getByRole('button', { name: /^(Connect|Reconnect)$/ })
    .click()
  await terminal(again, 'behind').prompt()
  expect(readFileSync(ran, 'utf8')).toBe('x\nx\n')
})

test('a Match exec runs only after confirmation, and RemoteCommand, SetEnv and RequestTTY apply', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const ran = join(folder, 'ran')
  writeFileSync(
    join(sshDir, 'config'),
    config(
      sshd,
      `Host cmd\n  @server\n  RemoteCommand echo "cmd=$LC_TEST"; tty; exec sh\n  RequestTTY yes\nMatch originalhost cmd exec "touch ${ran}"\n  SetEnv LC_TEST=%n-is-plain\n`,
    ),
    { mode: 0o600 },
  )
  const { page } = await launch()
  await page.getByRole('button', { name: 'Details of cmd' }).click()
  await expect(page.getByRole('complementary')).toContainText(
    'Some options depend on a “Match exec” command that runs when you connect.',
  )
  expect(existsSync(ran)).toBe(false)
  await page.getByRole('button', { name: 'cmd', exact: true }).click()
  const question = page.getByRole('alertdialog', { name: 'Run a command for cmd?' })
  await expect(question).toContainText(`touch ${ran}`)
  await question.getByRole('button', { name: 'Run command' }).click()
  await expect(terminal(page, 'cmd').rows).toContainText('cmd=%n-is-plain')
  await expect(terminal(page, 'cmd').rows).toContainText('/dev/pts/')
  expect(existsSync(ran)).toBe(true)
})

test('a host of the config is imported into Hawser with its jump host, and is independent from then on', async ({
  launch,
  sshDir,
}) => {
  const path = join(sshDir, 'config')
  writeFileSync(
    path,
    'Host inner\n  HostName 10.0.0.9\n  User me\n  ProxyJump gate\nHost gate\n  HostName 10.0.0.1\n',
    {
      mode: 0o600,
    },
  )
  const { page } = await launch()
  await page.getByRole('button', { name: 'inner', exact: true }).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Import into Hawser' }).click()
  const own = page.getByRole('region', { name: 'Other hosts' })
  await expect(own.getByRole('button', { name: 'inner', exact: true })).toBeVisible()
  await own.getByRole('button', { name: 'Details of inner' }).click()
  await expect(page.getByRole('complementary', { name: 'Details of inner' })).toContainText('gate')
  writeFileSync(path, '', { mode: 0o600 })
  await expect(page.getByRole('region', { name: 'SSH config' })).toBeHidden()
  await expect(page.getByRole('button', { name: 'inner', exact: true })).toHaveCount(1)
})
