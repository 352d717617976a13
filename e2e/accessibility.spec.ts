import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'

import { open as openLink } from '../scripts/tcp-proxy.mjs'
import { expect, keyHost, needs, openShell, test, trust } from './fixtures.ts'
import { keygen } from './sshd.ts'

/** axe in the page itself: Electron has no second page for its usual way. */
async function violations(page: Page): Promise<readonly string[]> {
  const { violations: found } = await new AxeBuilder({ page }).setLegacyMode().exclude('.xterm').analyze()
  return found.flatMap(each =>
    each.nodes.map(node => `${each.id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
  )
}

for (const theme of ['dark', 'light']) {
  test(`axe finds nothing wrong on any page, ${theme}`, async ({ launch, sshd, sshDir, server }) => {
    test.setTimeout(120_000)
    trust(sshDir, sshd.port, sshd.hostKey)
    const other = await server({ password: 'pw' })
    const moved = await server({ password: 'pw' })
    trust(sshDir, moved.port, other.publicKey)
    const { page } = await launch({
      settings: { appearance: { theme } },
      hosts: [
        { ...keyHost(sshd), tags: ['H100'] } as never,
        { label: 'box', port: other.port, user: 'me', signIn: 'password', weakAlgorithms: true },
        { label: 'moved', port: moved.port, user: 'me', signIn: 'password' },
      ],
    })
    const clean = async (where: string) => expect(await violations(page), where).toEqual([])
    await expect(page.getByRole('button', { name: 'box', exact: true })).toBeVisible()
    await page.getByRole('button', { name: 'Details of box' }).click()
    await clean('hosts with details')
    await page.getByRole('button', { name: 'New host' }).click()
    await clean('host form')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'New group' }).click()
    await clean('group form')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await openShell(page)
    await page.getByRole('button', { name: 'Split right' }).click()
    await page.keyboard.press('Control+Shift+F')
    await clean('terminal with find')
    await page.keyboard.press('Control+Shift+P')
    await clean('palette')
    await page.keyboard.press('Escape')
    await page.getByRole('tab', { name: 'Home' }).click()
    await page.getByRole('button', { name: 'box', exact: true }).click()
    await expect(page.getByRole('alertdialog', { name: 'Trust box?' })).toBeVisible()
    await clean('unknown key')
    await page.getByRole('button', { name: 'Trust and connect' }).click()
    await expect(page.getByRole('dialog', { name: 'Password for me@127.0.0.1' })).toBeVisible()
    await clean('password')
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await clean('cancelled terminal')
    await page.getByRole('tab', { name: 'Home' }).click()
    await page.getByRole('button', { name: 'moved', exact: true }).click()
    const changed = page.getByRole('alertdialog', { name: 'The host key of moved has changed' })
    await expect(changed).toBeVisible()
    await clean('changed key')
    await changed.getByRole('button', { name: 'Replace key' }).click()
    await clean('changed key, second step')
    await changed.getByRole('button', { name: 'Don’t connect' }).click()
    await expect(page.getByRole('alert').filter({ hasText: 'has changed' })).toBeVisible()
    await clean('refused terminal')
    await page.getByRole('tab', { name: 'Home' }).click()
    await page.getByRole('link', { name: 'Activity' }).click()
    await clean('activity')
    await page.getByRole('link', { name: 'Settings' }).click()
    for (const section of ['Appearance', 'Terminal', 'Files', 'Forwards', 'Security', 'Keyboard', 'About']) {
      await page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: section }).click()
      await clean(section)
    }
    await page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: 'Security' }).click()
    await page.getByRole('button', { name: 'Set a master password' }).click()
    await expect(page.getByRole('dialog', { name: 'Set a master password' })).toBeVisible()
    await clean('master password')
  })

  test(`axe finds nothing wrong with forwards, ${theme}`, async ({ launch, sshd, sshDir }) => {
    trust(sshDir, sshd.port, sshd.hostKey)
    const { page } = await launch({ settings: { appearance: { theme } }, hosts: [keyHost(sshd)] })
    const clean = async (where: string) => expect(await violations(page), where).toEqual([])
    await page.getByRole('link', { name: 'Forwards' }).click()
    await clean('no forwards')
    await page.getByRole('button', { name: 'New forward' }).click()
    const form = page.getByRole('dialog', { name: 'New forward' })
    await form.getByRole('textbox', { name: 'From an ssh command' }).fill(`-L 0.0.0.0:0:localhost:${sshd.port}`)
    await clean('form')
    await form.getByRole('checkbox', { name: /Allow connections/ }).check()
    await form.getByRole('textbox', { name: 'Label' }).fill('Web')
    await form.getByRole('button', { name: 'Save and start' }).click()
    await expect(page.getByRole('listitem', { name: 'Web' }).getByRole('status')).toContainText('up')
    await clean('forwards')
    await page.getByRole('button', { name: /^Show all/ }).click()
    await page.getByRole('button', { name: 'New preset' }).click()
    await clean('preset')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Jupyter' }).click()
    await clean('pick a host')
    await page.getByRole('button', { name: 'Forward and open' }).click()
    await expect(page.getByRole('dialog', { name: /^Start Jupyter/ })).toBeVisible({ timeout: 20_000 })
    await clean('start a service')
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Hosts', exact: true }).click()
    await openShell(page)
    await expect(page.getByRole('complementary', { name: 'Side panel' })).toContainText('Web')
    await clean('side panel')
  })

  test(`axe finds nothing wrong with sessions, ${theme}`, async ({ launch, sshd, sshDir }) => {
    needs('tmux')
    trust(sshDir, sshd.port, sshd.hostKey)
    const env = { ...process.env, TMUX_TMPDIR: join(sshd.folder, 'home') }
    const tmux = (...args: readonly string[]) => spawnSync('tmux', args, { env })
    for (const name of ['train', 'a longer name than there is room for']) tmux('new-session', '-d', '-s', name)
    try {
      const { page } = await launch({ settings: { appearance: { theme } }, hosts: [keyHost(sshd)] })
      const clean = async (where: string) => expect(await violations(page), where).toEqual([])
      await page.getByRole('button', { name: 'Details of gpu-box' }).click()
      const sessions = page.getByRole('region', { name: 'Sessions on gpu-box' })
      await expect(sessions.getByRole('button', { name: 'List sessions' })).toBeVisible()
      await clean('not connected')
      await sessions.getByRole('button', { name: 'List sessions' }).click()
      await sessions.getByRole('button', { name: 'Attach train' }).click()
      await expect(sessions.getByRole('button', { name: 'Detach others from train' })).toBeVisible()
      await clean('side panel')
      for (const [name, role] of [
        ['New session', 'dialog'],
        ['Rename train', 'dialog'],
        ['End train', 'alertdialog'],
        ['End all', 'alertdialog'],
      ] as const) {
        await sessions.getByRole('button', { name, exact: true }).click()
        await expect(page.getByRole(role)).toBeVisible()
        await clean(name)
        await page.keyboard.press('Escape')
        await expect(page.getByRole(role)).toHaveCount(0)
      }
      await page.getByRole('region', { name: 'Terminal gpu-box' }).getByRole('button', { name: 'Split right' }).click()
      await expect(page.getByRole('separator', { name: 'Resize panes' })).toBeVisible()
      tmux('new-window', '-d', '-t', 'train')
      await expect(page.getByRole('tab', { name: /· train$/ })).toHaveCount(2)
      await clean('panes of tmux')
      await page.keyboard.press('Control+Shift+Q')
      await expect(page.getByRole('alertdialog')).toBeVisible()
      await clean('closing a window of tmux')
    } finally {
      tmux('kill-server')
    }
  })

  test(`axe finds nothing wrong with a lost terminal and a kept session, ${theme}`, async ({
    launch,
    sshd,
    sshDir,
  }) => {
    needs('tmux')
    const link = await openLink(sshd.port)
    trust(sshDir, link.port, sshd.hostKey)
    const hosts = [{ ...keyHost(sshd), port: link.port, keepAlive: 'tmux' } as const]
    const { page } = await launch({ settings: { appearance: { theme } }, hosts })
    const clean = async (where: string) => expect(await violations(page), where).toEqual([])
    const { region, type, prompt } = await openShell(page)
    link.refuse()
    link.reset()
    await expect(region.getByRole('status', { name: 'Reconnecting' })).toContainText(/in \d+ s/)
    await type('ls')
    await expect(region.getByRole('status', { name: 'Keys not sent' })).toBeVisible()
    await clean('reconnecting')
    link.refuse(false)
    await region.getByRole('button', { name: 'Discard keys' }).click()
    await expect(region.getByRole('status', { name: 'Reconnecting' })).toBeHidden({ timeout: 20_000 })
    await prompt()
    await page.keyboard.press('Control+Shift+Q')
    await expect(page.getByRole('alertdialog', { name: /^Close gpu-box-/ })).toBeVisible()
    await clean('closing a kept session')
    await page.getByRole('button', { name: 'Detach' }).click()
    await expect(page.getByText('1 detached session')).toBeVisible()
    await clean('detached sessions on a card')
    await link.close()
  })

  test(`axe finds nothing wrong with keys, the config and imports, ${theme}`, async ({ launch, sshd, sshDir }) => {
    test.setTimeout(120_000)
    trust(sshDir, sshd.port, sshd.hostKey)
    keygen(join(sshDir, 'work'), 'ed25519')
    writeFileSync(
      join(sshDir, 'config'),
      `Host box\n  HostName 127.0.0.1\n  GSSAPIAuthentication yes\n  ProxyCommand nc %h %p\nHost bad\n  HostName %q\nHost inner\n  ProxyJump box\n`,
      { mode: 0o600 },
    )
    const { page } = await launch({ settings: { appearance: { theme } }, hosts: [keyHost(sshd)] })
    const clean = async (where: string) => expect(await violations(page), where).toEqual([])
    await page.getByRole('button', { name: 'Details of box', exact: true }).click()
    await clean('a host of the config')
    await page.getByRole('complementary').getByRole('button', { name: 'Edit' }).click()
    await clean('its form')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'New host' }).click()
    const form = page.getByRole('dialog', { name: 'New host' })
    await form.getByRole('combobox', { name: 'Proxy' }).selectOption('HTTP')
    await form.getByRole('combobox', { name: 'Jump host' }).selectOption('gpu-box')
    await form.getByRole('checkbox', { name: 'Agent forwarding' }).check()
    await clean('host form with a proxy')
    await form.getByRole('button', { name: 'Cancel' }).click()
    await clean('a form with the question whether to discard it')
    await form.getByRole('button', { name: 'Discard changes' }).click()
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    const imports = page.getByRole('dialog', { name: 'Import hosts' })
    await clean('import')
    await imports.getByRole('textbox', { name: 'Or paste text' }).fill('name,ip\na,10.0.0.1\nb,not one\n')
    await imports.getByRole('button', { name: 'Preview hosts' }).click()
    await expect(imports.getByRole('list', { name: 'Hosts to import' })).toBeVisible()
    await clean('import preview')
    await imports.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'box', exact: true }).click()
    await expect(page.getByRole('alertdialog', { name: 'Run a command for box?' })).toBeVisible()
    await clean('a command to run')
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('tab', { name: 'Home' }).click()
    await page.getByRole('link', { name: 'Known hosts' }).click()
    await clean('known hosts')
    await page.getByRole('button', { name: 'Add by fingerprint' }).click()
    await clean('add by fingerprint')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('link', { name: 'Keys' }).click()
    await expect(page.getByRole('listitem', { name: 'work' })).toBeVisible()
    await clean('keys')
    for (const name of ['New key', 'Import key']) {
      await page.getByRole('button', { name }).click()
      await clean(name)
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    }
    for (const item of [
      'Show details',
      'Copy to server',
      'Remove from server',
      'Change passphrase',
      'Export key',
      'Delete key',
    ]) {
      await page.getByRole('button', { name: 'Actions for work' }).click()
      await page.getByRole('menuitem', { name: item, exact: true }).click()
      await expect(page.getByRole('dialog').or(page.getByRole('alertdialog'))).toBeVisible()
      await clean(item)
      await page.keyboard.press('Escape')
      await expect(page.getByRole('dialog').or(page.getByRole('alertdialog'))).toHaveCount(0)
    }
  })

  test(`axe finds nothing wrong with snippets and what they run, ${theme}`, async ({ launch, sshd, sshDir }) => {
    test.setTimeout(120_000)
    trust(sshDir, sshd.port, sshd.hostKey)
    const { page } = await launch({
      settings: { appearance: { theme } },
      hosts: [keyHost(sshd), { label: 'nobody', port: 1, user: 'me', signIn: 'agent' }],
    })
    const clean = async (where: string) => expect(await violations(page), where).toEqual([])
    await page.getByRole('link', { name: 'Snippets' }).click()
    const region = page.getByRole('region', { name: 'Snippets', exact: true })
    await expect(region.getByRole('button', { name: 'Slurm queue', exact: true })).toBeVisible()
    await clean('snippets')
    await page.getByRole('button', { name: 'New snippet' }).click()
    const form = page.getByRole('dialog', { name: 'New snippet' })
    await form.getByRole('textbox', { name: 'Command' }).fill('echo {{a}} {{b|c|d}} {{host}}')
    await form.getByRole('checkbox', { name: 'Available on all hosts' }).uncheck()
    await form.getByText('Run when a terminal opens').click()
    await clean('snippet form')
    await form.getByRole('button', { name: 'Cancel' }).click()
    await clean('leaving the form')
    await form.getByRole('button', { name: 'Discard changes' }).click()
    await region.getByRole('button', { name: 'Tail newest log', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Run Tail newest log' })
    await dialog.getByRole('button', { name: 'All hosts' }).click()
    await expect(dialog.getByLabel('Command to run')).toBeVisible()
    await clean('run dialog')
    await dialog.getByRole('button', { name: 'Run', exact: true }).click()
    const panel = page.getByRole('region', { name: 'Run Tail newest log' })
    await expect(panel.getByRole('status')).toContainText('2 finished')
    await clean('run panel')
    await panel.getByRole('button', { name: 'Close run' }).click()
    await region.getByRole('button', { name: 'Kill by name', exact: true }).click()
    const kill = page.getByRole('dialog', { name: 'Run Kill by name' })
    await kill.getByRole('textbox', { name: 'name' }).fill('nothing')
    await kill.getByRole('checkbox', { name: 'gpu-box' }).check()
    await kill.getByRole('button', { name: 'Run', exact: true }).click()
    await expect(
      page.getByRole('alertdialog', { name: 'Run Kill by name?' }).getByLabel('Command to run'),
    ).toBeVisible()
    await clean('confirm')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await kill.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('link', { name: 'Hosts', exact: true }).click()
    await openShell(page)
    await expect(page.getByRole('region', { name: 'Snippets', exact: true })).toBeVisible()
    await clean('terminal with snippets')
  })

  test(`axe finds nothing wrong with files and their dialogs, ${theme}`, async ({ launch, sshd, sshDir, folder }) => {
    test.setTimeout(120_000)
    trust(sshDir, sshd.port, sshd.hostKey)
    const [here, there] = [join(folder, 'here'), join(folder, 'there')]
    for (const path of [here, there]) mkdirSync(join(path, 'runs'), { recursive: true })
    for (const path of [here, there]) writeFileSync(join(path, 'train.py'), `# ${path}\nimport torch\nlr = 1e-3\n`)
    const { page } = await launch({ settings: { appearance: { theme } }, hosts: [keyHost(sshd)] })
    const clean = async (where: string) => expect(await violations(page), where).toEqual([])
    await page.getByRole('button', { name: 'Files on gpu-box' }).click()
    const right = page.getByRole('region', { name: 'Right pane' })
    for (const [name, path] of [
      ['Left', here],
      ['Right', there],
    ]) {
      const field = page.getByRole('region', { name: `${name} pane` }).getByRole('textbox', { name: 'Path' })
      await field.fill(path as string)
      await page.keyboard.press('Enter')
      await expect(field).toHaveValue(path as string)
    }
    const row = right.getByRole('row', { name: 'train.py', exact: true })
    await row.click()
    await clean('panes')
    await page.getByRole('region', { name: 'Left pane' }).getByRole('row', { name: 'train.py', exact: true }).click()
    await page.keyboard.press('F5')
    const conflict = page.getByRole('alertdialog', { name: 'train.py already exists' })
    await expect(conflict).toBeVisible()
    await clean('conflict')
    await conflict.getByRole('button', { name: 'Skip' }).click()
    await expect(page.getByRole('region', { name: 'Transfers' })).toContainText('1 skipped')
    await clean('transfers')
    await row.click()
    const dialogs: readonly (readonly [string, () => Promise<void>])[] = [
      ['New folder', () => page.keyboard.press('F7')],
      ['Properties of train.py', () => page.keyboard.press('Alt+Enter')],
      ['train.py', () => page.keyboard.press('F3')],
      ['train.py', () => page.keyboard.press('F4')],
    ]
    for (const [name, open] of dialogs) {
      await right.getByRole('grid', { name: 'Files' }).focus()
      await open()
      await expect(page.getByRole('dialog', { name, exact: true })).toBeVisible()
      await clean(name)
      await page.keyboard.press('Escape')
      await expect(page.getByRole('dialog')).toHaveCount(0)
    }
    await right.getByRole('grid', { name: 'Files' }).focus()
    await page.keyboard.press('Delete')
    await expect(page.getByRole('alertdialog', { name: 'Delete train.py?' })).toBeVisible()
    await clean('delete')
    await page.keyboard.press('Escape')
    await right.getByRole('button', { name: 'More actions' }).click()
    await expect(page.getByRole('menuitem', { name: 'Find files' })).toBeVisible()
    await page.getByRole('menuitem', { name: 'Find files' }).click()
    await page.getByRole('dialog', { name: 'Find files' }).getByRole('textbox', { name: 'Name' }).fill('TRAIN')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('list', { name: 'Search results' })).toContainText('train.py')
    await clean('find')
  })
}
