import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'

import type { ElectronApplication, Page } from '@playwright/test'

import { expect, keyHost, openShell, test, trust } from './fixtures.ts'
import { freePort } from './sshd.ts'

/** Makes the file dialogs of the system return a path from now on. */
async function answerDialogs(app: ElectronApplication, path: string): Promise<void> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showOpenDialog = (() => Promise.resolve({ canceled: false, filePaths: [filePath] })) as never
  }, path)
}

async function importFile(app: ElectronApplication, page: Page, path: string): Promise<void> {
  await answerDialogs(app, path)
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Import hosts' })
  await dialog.getByRole('button', { name: 'Choose file…' }).click()
  await expect(dialog.getByRole('list', { name: 'Hosts to import' })).toBeVisible()
  await dialog.getByRole('button', { name: /^Import \d+ hosts?$/ }).click()
  await expect(dialog).toBeHidden()
}

const files = {
  'putty.reg': `Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\Sessions\\from%20putty]\r\n"HostName"="10.1.0.1"\r\n"UserName"="p"\r\n"Protocol"="ssh"\r\n`,
  'WinSCP.ini': '[Sessions\\Lab/from%20winscp]\nHostName=10.1.0.2\nUserName=w\n',
  'MobaXterm.mxtsessions':
    '[Bookmarks]\nSubRep=\nfrom moba=#109#0%10.1.0.3%22%m%%-1%-1%%%%%0%0%0%%%-1%0%0%0%%1080%%0%0%1#x\n',
  'termius.csv': 'Groups,Label,Tags,Hostname/IP,Protocol,Port,Username,Password\n,from termius,,10.1.0.4,ssh,22,t,\n',
  'hosts.csv': 'name,ip,user\nfrom csv,10.1.0.5,c\n',
  known_hosts: '10.1.0.6 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDO5DCBnhTM9Gm6BQNA8MRGGTQ0SlJ2Rm0FvXSJ4w9Sp\n',
}

test('hosts are imported from each client after a preview, and everything is exported', async ({ launch, folder }) => {
  const { app, page } = await launch()
  const out = join(folder, 'out')
  mkdirSync(out)
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name)
    writeFileSync(
      path,
      name === 'putty.reg' ? Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]) : text,
    )
    await importFile(app, page, path)
  }
  for (const label of ['from putty', 'from moba', 'from termius', 'from csv', '10.1.0.6'])
    await expect(page.getByRole('button', { name: label, exact: true })).toBeVisible()
  await expect(
    page.getByRole('region', { name: 'Lab' }).getByRole('button', { name: 'from winscp', exact: true }),
  ).toBeVisible()

  // An unknown format is reported, and existing hosts are not duplicated.
  writeFileSync(join(folder, 'odd.txt'), 'just words\n')
  await answerDialogs(app, join(folder, 'odd.txt'))
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Import hosts' })
  await dialog.getByRole('button', { name: 'Choose file…' }).click()
  await expect(dialog.getByRole('alert')).toContainText('Unknown format')
  await dialog.getByRole('textbox', { name: 'Or paste text' }).fill(files['hosts.csv'])
  await dialog.getByRole('button', { name: 'Preview hosts' }).click()
  await dialog.getByRole('button', { name: 'Import 1 host' }).click()
  await expect(page.getByRole('region', { name: 'Notices' })).toContainText('Imported 0 hosts. 1 already existed.')

  await answerDialogs(app, out)
  for (const command of ['Export all data as JSON', 'Export hosts as ssh_config']) {
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search hosts and commands' }).fill(command)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('region', { name: 'Notices' })).toContainText(
      command.includes('JSON') ? '.json' : '.config',
    )
  }
  const written = readdirSync(out)
  const json = JSON.parse(readFileSync(join(out, written.find(name => name.endsWith('.json')) as string), 'utf8'))
  expect(json.hosts).toHaveLength(6)
  const config = readFileSync(join(out, written.find(name => name.endsWith('.config')) as string), 'utf8')
  expect(config).toContain('Host from-winscp\n  HostName 10.1.0.2\n  User w\n')
})

test('an import lists everything that a host requests, and enables neither agent forwarding nor weak algorithms', async ({
  launch,
}) => {
  const { page } = await launch()
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Import hosts' })
  const line = 'ssh -A -i /keys/deploy -L *:5432:db:5432 -R 9000:/var/run/docker.sock deploy@web2.example'
  await dialog.getByRole('textbox', { name: 'Or paste text' }).fill(line)
  await dialog.getByRole('button', { name: 'Preview hosts' }).click()
  const row = dialog.getByRole('list', { name: 'Hosts to import' }).getByRole('listitem').first()
  for (const text of [
    'Key file: /keys/deploy',
    'Requests agent forwarding (stays off)',
    'listens on all addresses of this computer',
    'gives the host access to the socket /var/run/docker.sock from this computer',
  ])
    await expect(row).toContainText(text)
  await dialog.getByRole('button', { name: 'Import 1 host' }).click()
  await page.getByRole('button', { name: 'web2.example', exact: true }).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  const form = page.getByRole('dialog', { name: 'Edit web2.example' })
  await expect(form.getByRole('checkbox', { name: 'Agent forwarding' })).not.toBeChecked()
})

test('a pasted ssh command becomes a host with all its parts, and pasted onto a host it changes only the address', async ({
  launch,
  sshd,
  sshDir,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const web = createServer(socket => socket.end('hello'))
  await new Promise<void>(resolve => web.listen(0, '127.0.0.1', resolve))
  const target = (web.address() as AddressInfo).port
  const local = await freePort()
  const { app, page } = await launch()
  const line = `ssh -i ${sshd.folder}/id -p ${sshd.port} -J ${sshd.user}@127.0.0.1:${sshd.port} -L ${local}:127.0.0.1:${target} ${sshd.user}@127.0.0.1`
  await app.evaluate(({ clipboard }, text) => clipboard.writeText(text), line)
  await page.getByRole('button', { name: 'Add host' }).click()
  const form = page.getByRole('dialog', { name: 'New host' })
  await form.getByRole('textbox', { name: 'Label' }).fill('pod')
  await form.getByRole('textbox', { name: 'Address' }).focus()
  await page.keyboard.press('Control+v')
  await expect(form.getByRole('textbox', { name: 'Port' })).toHaveValue(String(sshd.port))
  await expect(form.getByRole('textbox', { name: 'Key file' })).toHaveValue(`${sshd.folder}/id`)
  await expect(form).toContainText('Will also save: jump host')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('button', { name: 'pod', exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Details of pod' }).click()
  const details = page.getByRole('complementary', { name: 'Details of pod' })
  await expect(details).toContainText('127.0.0.1')
  await expect(details.getByRole('region', { name: 'Forwards for pod' })).toContainText(String(local))
  web.close()

  await app.evaluate(({ clipboard }) => clipboard.writeText('ssh root@10.9.8.7 -p 40022'))
  await page.getByRole('button', { name: 'pod', exact: true }).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Paste address' }).click()
  await expect(page.getByText('root@10.9.8.7:40022')).toBeVisible()
  await expect(details).toContainText('pod')
  await page.getByRole('button', { name: 'pod', exact: true }).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  const edit = page.getByRole('dialog', { name: 'Edit pod' })
  await expect(edit.getByRole('textbox', { name: 'Key file' })).toHaveValue(`${sshd.folder}/id`)
  await expect(edit.getByRole('list', { name: 'Route' })).toContainText('This computer')
})

test('forwards of the config start when their host connects, and open their line of the config', async ({
  launch,
  sshd,
  sshDir,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const local = await freePort()
  writeFileSync(
    join(sshDir, 'config'),
    `Host box\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  User ${sshd.user}\n  IdentityFile ${sshd.folder}/id\n  LocalForward ${local} localhost:${sshd.port}\n  DynamicForward ${await freePort()}\n`,
    { mode: 0o600 },
  )
  const { page } = await launch()
  await page.getByRole('link', { name: 'Forwards' }).click()
  const row = page.getByRole('list', { name: 'Saved forwards' }).getByRole('listitem', { name: `box ${local}` })
  await expect(row).toContainText('SSH config')
  await page.getByRole('link', { name: 'Hosts', exact: true }).click()
  await openShell(page, 'box')
  await page.getByRole('tab', { name: 'Home' }).click()
  await page.getByRole('link', { name: 'Forwards' }).click()
  await expect(row.getByRole('status')).toContainText('up')
  await row.getByRole('button', { name: `Actions for box ${local}` }).click()
  await page.getByRole('menuitem', { name: 'Open SSH config at line 6' }).click()
  await expect(page.getByRole('dialog', { name: 'config' }).getByRole('textbox', { name: 'Text' })).toContainText(
    'LocalForward',
  )
})

test('a host behind a SOCKS proxy is reached by the settings of its form', async ({ launch, sshd, sshDir }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const proxy = createServer(socket => {
    socket.once('data', () => {
      socket.write(Buffer.from([5, 0]))
      socket.once('data', async () => {
        const { connect } = await import('node:net')
        const to = connect(sshd.port, '127.0.0.1')
        socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
        socket.pipe(to).pipe(socket)
        socket.on('error', () => to.destroy())
        to.on('error', () => socket.destroy())
      })
    })
  })
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
  const { page } = await launch({ hosts: [{ ...keyHost(sshd), address: '127.0.0.1' }] })
  await page.getByRole('button', { name: 'gpu-box', exact: true }).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  const form = page.getByRole('dialog', { name: 'Edit gpu-box' })
  await form.getByRole('combobox', { name: 'Proxy' }).selectOption('SOCKS5')
  await form.getByRole('textbox', { name: 'Proxy address' }).fill('127.0.0.1')
  await form.getByRole('textbox', { name: 'Proxy port' }).fill('0')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form).toContainText('Enter the address of the proxy and a port')
  await form.getByRole('textbox', { name: 'Proxy port' }).fill(String((proxy.address() as AddressInfo).port))
  await form.getByRole('button', { name: 'Save' }).click()
  await openShell(page)
  expect(await new Promise<number>(resolve => proxy.getConnections((_error, count) => resolve(count)))).toBe(1)
  proxy.close()
})
