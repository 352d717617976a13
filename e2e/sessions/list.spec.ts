import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

import type { Page } from '@playwright/test'

import { expect, keyHost, openShell, terminal, trust } from '../fixtures.ts'
import { seedSnippets } from '../snippet-pieces.ts'
import { startSshd } from '../sshd.ts'
import { test } from './tmux.ts'

const sessions = (page: Page, label = 'gpu-box') =>
  page.getByRole('region', { name: `Sessions on ${label}`, exact: true })
const row = (page: Page, name: string) => sessions(page).getByRole('listitem', { name, exact: true })

/** Types a command at the prompt of a shell in tmux, whose status line follows the prompt. */
async function runInTmux(page: Page, command: string): Promise<void> {
  const shell = terminal(page, 'gpu-box')
  await expect(shell.rows).toContainText(/[$#%>] .*\[/)
  await shell.type(command)
  await page.keyboard.press('Enter')
}

const button = (page: Page, name: string) => sessions(page).getByRole('button', { name, exact: true })

test('sessions are listed beside a terminal, attached as a tab, renamed and ended', async ({
  launch,
  sshd,
  sshDir,
  tmux,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const name = `it's "nightly" $x; 100%`
  tmux('new-session', '-d', '-s', 'train', '-c', '/usr', 'sleep 600')
  tmux('new-window', '-d', '-t', 'train')
  tmux('new-session', '-d', '-s', name)
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await openShell(page)
  await expect(row(page, 'train')).toContainText('sleep in /usr')
  await expect(row(page, 'train')).toContainText('2 windows · not attached · active just now')
  const shown = tmux('list-sessions', '-F', '#{session_name}')
    .split('\n')
    .find(each => each.startsWith('it')) as string
  await expect(row(page, shown)).toContainText('1 window')

  await button(page, `Attach ${shown}`).click()
  await expect(page.getByRole('tab', { name: `${shown} · gpu-box` })).toHaveAttribute('aria-selected', 'true')
  await expect.poll(() => tmux('list-clients', '-F', '#{session_name}')).toBe(shown)
  await expect(row(page, shown)).toContainText('attached in 1 terminal')
  await runInTmux(page, 'echo marked-$((40+2))')
  await expect(terminal(page, 'gpu-box').rows).toContainText('marked-42')

  await test.step('Attach shows the tab that is attached already', async () => {
    await page.getByRole('tab', { name: 'gpu-box', exact: true }).click()
    await button(page, `Attach ${shown}`).click()
    await expect(page.getByRole('tab', { name: `${shown} · gpu-box` })).toHaveAttribute('aria-selected', 'true')
    expect(tmux('list-clients', '-F', '#{session_name}')).toBe(shown)
  })

  await test.step('rename', async () => {
    await button(page, `Rename ${shown}`).click()
    const form = page.getByRole('dialog', { name: `Rename ${shown}` })
    await form.getByRole('textbox', { name: 'Name' }).fill('a#b')
    await form.getByRole('button', { name: 'Rename' }).click()
    await expect(form.getByText('The name of a tmux session can’t contain #.')).toBeVisible()
    await form.getByRole('textbox', { name: 'Name' }).fill('v1.2')
    await expect(form.getByText('tmux replaces . and : in names with _, so this one becomes v1_2.')).toBeVisible()
    await form.getByRole('button', { name: 'Rename' }).click()
    await expect(row(page, 'v1_2')).toBeVisible()
    await expect(row(page, shown)).toBeHidden()
  })

  await test.step('end, which names what runs in it', async () => {
    await button(page, 'End train').click()
    const question = page.getByRole('alertdialog', { name: 'End train?' })
    await expect(question).toContainText(/^.*sleep and \w+ are running in it and will be terminated\./)
    await question.getByRole('button', { name: 'Cancel' }).click()
    expect(tmux('list-sessions', '-F', '#{session_name}')).toContain('train')
    await button(page, 'End train').click()
    await question.getByRole('button', { name: 'End session' }).click()
    await expect(question).toBeHidden()
    await expect(row(page, 'train')).toHaveCount(0)
    expect(tmux('list-sessions', '-F', '#{session_name}')).toBe('v1_2')
  })
})

test('a session is started in a folder and attached, or left alone', async ({ launch, sshd, sshDir, tmux }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await openShell(page)
  await expect(sessions(page)).toContainText('No sessions.')
  await button(page, 'New session').click()
  const form = page.getByRole('dialog', { name: 'New session on gpu-box' })
  await form.getByRole('button', { name: 'Start session' }).click()
  await expect(form.getByText('Enter a name.')).toBeVisible()
  await form.getByRole('textbox', { name: 'Name' }).fill('two words')
  await form.getByRole('textbox', { name: 'Start folder' }).fill('/no/such')
  await form.getByRole('button', { name: 'Start session' }).click()
  await expect(form.getByText('gpu-box has no folder /no/such that you can open.')).toBeVisible()
  await form.getByRole('textbox', { name: 'Start folder' }).fill('/usr')
  await form.getByRole('button', { name: 'Start session' }).click()
  await expect(page.getByRole('tab', { name: 'two words · gpu-box' })).toHaveAttribute('aria-selected', 'true')
  await runInTmux(page, 'echo "<$PWD>"')
  await expect(terminal(page, 'gpu-box').rows).toContainText('</usr>')
  await button(page, 'New session').click()
  await form.getByRole('textbox', { name: 'Name' }).fill('two words')
  await form.getByRole('checkbox', { name: 'Attach in a new tab' }).uncheck()
  await form.getByRole('button', { name: 'Start session' }).click()
  await expect(form.getByText('gpu-box already has a session named “two words”.')).toBeVisible()
  await form.getByRole('textbox', { name: 'Name' }).fill('-t')
  await form.getByRole('button', { name: 'Start session' }).click()
  await expect(row(page, '-t')).toContainText('not attached')
  await expect(page.getByRole('tab', { name: '-t · gpu-box' })).toHaveCount(0)

  await test.step('end all', async () => {
    await button(page, 'End all').click()
    const question = page.getByRole('alertdialog', { name: 'End all 2 sessions on gpu-box?' })
    await expect(question.getByText('two words')).toBeVisible()
    await question.getByRole('button', { name: 'End all' }).click()
    await expect(sessions(page)).toContainText('No sessions.')
    expect(tmux('list-sessions')).toBe('')
  })
})

test('other terminals are detached, and the tab that is attached again after a restart', async ({
  launch,
  sshd,
  sshDir,
  tmux,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  tmux('new-session', '-d', '-s', 'train')
  const first = await launch({ hosts: [keyHost(sshd)] })
  await openShell(first.page)
  await button(first.page, 'Attach train').click()
  await expect.poll(() => tmux('list-clients', '-F', '#{client_tty}')).not.toBe('')
  const mine = tmux('list-clients', '-F', '#{client_tty}')
  // A terminal of another login, inside another tmux.
  const env = `env -u TMUX TMUX_TMPDIR=${join(sshd.folder, 'home')} tmux -u attach-session -t train`
  tmux('-L', 'outer', '-f', '/dev/null', 'new-session', '-d', env)
  await expect.poll(() => tmux('list-clients', '-F', '#{client_tty}').split('\n').length).toBe(2)
  await button(first.page, 'Refresh sessions').click()
  await expect(row(first.page, 'train')).toContainText('attached in 2 terminals')
  await button(first.page, 'Detach others from train').click()
  await expect(first.page.getByText('Detached 1 other terminal from train.')).toBeVisible()
  expect(tmux('list-clients', '-F', '#{client_tty}')).toBe(mine)
  tmux('-L', 'outer', 'kill-server')
  await runInTmux(first.page, 'echo before-$((1+1))-restarts')
  await expect(terminal(first.page, 'gpu-box').rows).toContainText('before-2-restarts')
  await first.close()
  await expect.poll(() => tmux('list-clients')).toBe('')

  const { page } = await launch()
  await page.getByRole('tab', { name: /train · gpu-box/ }).click()
  await expect(terminal(page, 'gpu-box').rows).toContainText('before-2-restarts')
  expect(tmux('list-clients', '-F', '#{session_name}')).toBe('train')
})

test('a tab that is attached closes without a question, and what runs in its session goes on', async ({
  launch,
  sshd,
  sshDir,
  tmux,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  tmux('new-session', '-d', '-s', 'train')
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await openShell(page)
  await button(page, 'Attach train').click()
  await runInTmux(page, 'sleep 600')
  await expect.poll(() => tmux('list-panes', '-a', '-F', '#{pane_current_command}')).toBe('sleep')
  await page.keyboard.press('Control+Shift+Q')
  // An open dialog would hide all tabs.
  await expect(page.getByRole('tab', { name: 'gpu-box', exact: true })).toHaveAttribute('aria-selected', 'true')
  await expect(page.getByRole('tab', { name: 'train · gpu-box' })).toHaveCount(0)
  expect(tmux('list-panes', '-a', '-F', '#{pane_current_command}')).toBe('sleep')
})

test('a start-up snippet isn’t typed into a session, which runs already', async ({
  launch,
  sshd,
  sshDir,
  dataDir,
  tmux,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  tmux('new-session', '-d', '-s', 'train')
  const id = crypto.randomUUID()
  seedSnippets(dataDir, { name: 'Greet', command: 'echo started-by-snippet', onConnect: { hosts: [id], groups: [] } })
  const { page } = await launch({ hosts: [{ ...keyHost(sshd), id }] })
  const shell = await openShell(page)
  await expect(shell.rows).toContainText('started-by-snippet')
  await button(page, 'Attach train').click()
  await runInTmux(page, 'echo "typed-$((40+2))"')
  await expect(terminal(page, 'gpu-box').rows).toContainText('typed-42')
  expect(tmux('capture-pane', '-p', '-t', '=train:')).not.toContain('started-by-snippet')
})

test('the palette attaches to the sessions of the host in front', async ({ launch, sshd, sshDir, tmux }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  tmux('new-session', '-d', '-s', 'train')
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await openShell(page)
  await expect(row(page, 'train')).toBeVisible()
  await page.keyboard.press('Control+Shift+P')
  await page.getByRole('combobox', { name: 'Search hosts and commands' }).fill('attach train')
  await page.getByRole('option', { name: 'Attach to train on gpu-box' }).click()
  await expect(page.getByRole('tab', { name: 'train · gpu-box' })).toHaveAttribute('aria-selected', 'true')
  await expect.poll(() => tmux('list-clients', '-F', '#{session_name}')).toBe('train')
})

test('the details of a host list its sessions once somebody asks for them', async ({ launch, sshd, sshDir, tmux }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  tmux('new-session', '-d', '-s', 'train')
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await page.getByRole('button', { name: 'Details of gpu-box' }).click()
  await expect(sessions(page)).toContainText('Connect to gpu-box to see its sessions.')
  expect(sshd.log()).not.toContain('Accepted publickey')
  await button(page, 'List sessions').click()
  await expect(row(page, 'train')).toBeVisible()
  await button(page, 'Attach train').click()
  await expect.poll(() => tmux('list-clients', '-F', '#{session_name}')).toBe('train')
})

test('a host without tmux says so in one sentence', async ({ launch, sshDir, folder }) => {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  for (const name of readdirSync('/usr/bin'))
    if (!/^(tmux|screen|zellij)$/.test(name)) symlinkSync(`/usr/bin/${name}`, join(bin, name))
  const sshd = await startSshd(join(folder, 'bare'), [`SetEnv HOME=${folder} PATH=${bin} LANG=C.UTF-8`])
  try {
    trust(sshDir, sshd.port, sshd.hostKey)
    const { page } = await launch({ hosts: [keyHost(sshd)] })
    await openShell(page)
    await expect(sessions(page)).toContainText('tmux is not installed on gpu-box.')
    await expect(button(page, 'New session')).toHaveCount(0)
  } finally {
    sshd.kill()
  }
})
