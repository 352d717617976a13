import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Page } from '@playwright/test'

import { findProgram } from '../../scripts/programs.mjs'
import { open as openLink } from '../../scripts/tcp-proxy.mjs'
import { expect, keyHost, test, trust } from '../fixtures.ts'
import { startSshd } from '../sshd.ts'

const tab = (page: Page, name: string | RegExp) => page.getByRole('tab', { name, exact: true })
const panes = (page: Page) => page.getByRole('region', { name: /^Terminal gpu-box/ })
const connected = (page: Page, name: string | RegExp) => tab(page, name).getByRole('img', { name: 'connected' })

/** Attaches to the session `work` from the details of the host. */
async function attach(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Details of gpu-box' }).click()
  await page.getByRole('button', { name: 'List sessions' }).click()
  await page.getByRole('button', { name: 'Attach work', exact: true }).click()
}

/** Types a command into the pane that has the keyboard. */
async function run(page: Page, command: string): Promise<void> {
  await page.keyboard.type(command)
  await page.keyboard.press('Enter')
}

test('the windows of a tmux session are tabs, its panes are splits', async ({ launch, sshd, sshDir, tmux }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  tmux('new-session', '-d', '-s', 'work', '-n', 'train', 'echo in train; exec sh')
  tmux('new-window', '-d', '-t', 'work:', '-n', 'logs', 'echo in logs; exec sh')
  tmux('split-window', '-d', '-t', 'work:logs', 'echo below; exec sh')
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await attach(page)
  await expect(tab(page, 'train · work')).toHaveAttribute('aria-selected', 'true')
  await expect(panes(page)).toContainText('in train')
  await tab(page, 'logs · work').click()
  await expect(panes(page)).toHaveCount(2)
  await expect(panes(page).first()).toContainText('in logs')
  await expect(panes(page).last()).toContainText('below')

  await test.step('what another client changes appears', async () => {
    tmux('split-window', '-h', '-t', 'work:logs.0', 'echo beside; exec sh')
    await expect(panes(page)).toHaveCount(3)
    await expect(panes(page).nth(1)).toContainText('beside')
    tmux('resize-pane', '-Z', '-t', 'work:logs.1')
    await expect(panes(page)).toHaveCount(1)
    tmux('resize-pane', '-Z', '-t', 'work:logs.1')
    tmux('rename-window', '-t', 'work:logs', 'it’s new')
    await expect(tab(page, 'it’s new · work')).toBeVisible()
    tmux('kill-pane', '-t', 'work:it.1')
    await expect(panes(page)).toHaveCount(2)
    tmux('new-window', '-d', '-t', 'work:', '-n', 'third', 'exec sh')
    await expect(tab(page, 'third · work')).toBeVisible()
    tmux('kill-window', '-t', 'work:third')
    await expect(tab(page, 'third · work')).toBeHidden()
  })
})

test('what is done in the window is done in tmux', async ({ launch, sshd, sshDir, tmux }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  tmux('new-session', '-d', '-s', 'work', '-n', 'one', '-c', '/usr', 'exec sh')
  tmux('new-window', '-d', '-t', 'work:', '-n', 'two', 'exec sh')
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const windows = () => tmux('list-windows', '-t', 'work', '-F', '#{window_name} #{window_panes} #{window_zoomed_flag}')
  await attach(page)
  await expect(panes(page)).toContainText('#')
  await page.keyboard.press('Control+Shift+D')
  await expect(panes(page)).toHaveCount(2)
  await expect.poll(windows).toBe('one 2 0\ntwo 1 0')
  await expect(panes(page).last()).toContainText(/[$#]/)
  await run(page, 'pwd; echo beside-$((6*7))')
  await expect(panes(page).last()).toContainText('/usr')
  await expect(panes(page).last()).toContainText('beside-42')
  await expect(panes(page).first()).not.toContainText('beside-42')

  await test.step('its size is that of the window', async () => {
    const width = () => Number(tmux('display-message', '-p', '-t', 'work:one', '#{window_width}'))
    const before = width()
    await page.keyboard.press('Control+Shift+X')
    await expect.poll(width).toBeGreaterThan(before + 20)
  })
  await test.step('a border is moved with the keys', async () => {
    const left = () => Number(tmux('display-message', '-p', '-t', 'work:one.0', '#{pane_width}'))
    const before = left()
    const border = page.getByRole('separator', { name: 'Resize panes' })
    await border.focus()
    await page.keyboard.press('ArrowLeft')
    await expect.poll(left).toBe(before - 1)
    const box = await border.boundingBox()
    await page.mouse.move((box?.x ?? 0) + 0.5, 300)
    await page.mouse.down()
    await page.mouse.move((box?.x ?? 0) - 100, 300, { steps: 5 })
    await page.mouse.up()
    await expect.poll(left).toBeLessThan(before - 8)
  })
  await test.step('a pane is maximized and restored', async () => {
    await panes(page).last().getByRole('button', { name: 'Maximize pane' }).click()
    await expect(panes(page)).toHaveCount(1)
    await expect.poll(windows).toContain('one 2 1')
    await page.getByRole('button', { name: 'Restore panes' }).click()
    await expect(panes(page)).toHaveCount(2)
    await expect.poll(windows).toContain('one 2 0')
  })
  await test.step('a tab is renamed and moved', async () => {
    await tab(page, 'one · work').click()
    await page.keyboard.press('Control+Shift+R')
    await expect(page.getByRole('textbox', { name: 'Tab name' })).toHaveValue('one')
    await page.getByRole('textbox', { name: 'Tab name' }).fill(`it's #1 "{x}"`)
    await page.keyboard.press('Enter')
    await expect(tab(page, `it's #1 "{x}" · work`)).toBeVisible()
    await expect.poll(windows).toBe(`it's #1 "{x}" 2 0\ntwo 1 0`)
    await page.keyboard.press('Control+Shift+PageDown')
    await expect.poll(windows).toBe(`two 1 0\nit's #1 "{x}" 2 0`)
    await expect(page.getByRole('tab').last()).toHaveAccessibleName(`it's #1 "{x}" · work`)
  })
  await test.step('a new window is opened and closed', async () => {
    await page.keyboard.press('Control+Shift+P')
    await page.getByRole('combobox').fill('New tmux window')
    await page.keyboard.press('Enter')
    await expect.poll(() => windows().split('\n').length).toBe(3)
    await expect(page.getByRole('tab')).toHaveCount(4)
    await expect(page.getByRole('tab').last()).toHaveAttribute('aria-selected', 'true')
    await page.keyboard.press('Control+Shift+Q')
    await page.getByRole('alertdialog').getByRole('button', { name: 'Close window' }).click()
    await expect.poll(() => windows().split('\n').length).toBe(2)
  })
  await test.step('a pane is closed', async () => {
    await tab(page, /it's #1/).click()
    await panes(page).last().getByRole('button', { name: 'Close pane' }).click()
    await expect(panes(page)).toHaveCount(1)
    await expect.poll(windows).toContain(`it's #1 "{x}" 1 0`)
  })
  await test.step('detaching closes the tabs of the session, which keeps running', async () => {
    await page.keyboard.press('Control+Shift+Q')
    await page.getByRole('alertdialog').getByRole('button', { name: 'Detach' }).click()
    await expect(page.getByRole('tab')).toHaveCount(1)
    expect(tmux('list-sessions', '-F', '#{session_name} #{session_windows}')).toBe('work 2')
    await expect.poll(() => tmux('list-clients')).toBe('')
    await page.keyboard.press('Control+Shift+T')
    await expect(page.getByRole('tab')).toHaveCount(3)
  })
})

test('a session of tmux comes back with its windows', async ({ launch, sshd, sshDir, tmux }) => {
  const link = await openLink(sshd.port)
  trust(sshDir, link.port, sshd.hostKey)
  tmux('new-session', '-d', '-s', 'work', '-n', 'one', 'seq 500; exec sh')
  tmux('split-window', '-d', '-h', '-t', 'work:one', 'echo right; exec sh')
  tmux('new-window', '-d', '-t', 'work:', '-n', 'two', 'exec sh')
  const first = await launch({ hosts: [{ ...keyHost(sshd), port: link.port }], ownProcess: true })
  await attach(first.page)
  await expect(panes(first.page)).toHaveCount(2)
  await panes(first.page).first().click()
  await run(first.page, 'x=$((6*7))')

  await test.step('after a lost link', async () => {
    link.reset()
    await expect(connected(first.page, 'one · work')).toBeHidden()
    tmux('kill-window', '-t', 'work:two')
    tmux('new-window', '-d', '-t', 'work:', '-n', 'three', 'exec sh')
    await expect(connected(first.page, 'one · work')).toBeVisible()
    await expect(tab(first.page, 'two · work')).toBeHidden()
    await expect(connected(first.page, 'three · work')).toBeVisible()
    await run(first.page, 'echo "still $x"')
    await expect(panes(first.page).first()).toContainText('still 42')
    await expect(panes(first.page).last()).toContainText('right')
  })
  await test.step('after a reload of the page', async () => {
    await first.page.reload()
    await expect(panes(first.page)).toHaveCount(2)
    await expect(panes(first.page).first()).toContainText('still 42')
    await run(first.page, 'echo "again $x"')
    await expect(panes(first.page).first()).toContainText('again 42')
  })
  await test.step('after a restart of Hawser, with their scrollback', async () => {
    await first.close()
    const { page } = await launch({ ownProcess: true })
    await expect(connected(page, 'one · work')).toBeVisible()
    await expect(connected(page, 'three · work')).toBeVisible()
    await expect(panes(page).first()).toContainText('again 42')
    await panes(page).first().click()
    await page.keyboard.press('Control+Shift+F')
    await page.getByRole('searchbox', { name: 'Find' }).fill('217')
    await page.getByRole('searchbox', { name: 'Find' }).press('Enter')
    await expect(panes(page).first()).toContainText('217')
  })
  await link.close()
})

test('without a connection, closing a window of tmux asks before all of them close', async ({
  launch,
  sshd,
  sshDir,
  tmux,
}) => {
  const link = await openLink(sshd.port)
  trust(sshDir, link.port, sshd.hostKey)
  tmux('new-session', '-d', '-s', 'work', '-n', 'one', 'exec sh')
  tmux('new-window', '-d', '-t', 'work:', '-n', 'two', 'exec sh')
  const { page } = await launch({ hosts: [{ ...keyHost(sshd), port: link.port }] })
  await attach(page)
  await expect(connected(page, 'two · work')).toBeVisible()
  link.refuse()
  link.reset()
  await expect(panes(page).getByRole('status', { name: 'Reconnecting' })).toBeVisible()
  await page.keyboard.press('Control+Shift+Q')
  const dialog = page.getByRole('alertdialog', { name: 'Close one · work' })
  await expect(dialog).toContainText('its 2 tabs close')
  await expect(dialog.getByRole('button', { name: 'Close window' })).toHaveCount(0)
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('tab')).toHaveCount(3)
  await page.keyboard.press('Control+Shift+Q')
  await dialog.getByRole('button', { name: 'Detach' }).click()
  await expect(page.getByRole('tab')).toHaveCount(1)
  await link.close()
})

test('a session that ends elsewhere leaves one tab, which says so', async ({ launch, sshd, sshDir, tmux }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  tmux('new-session', '-d', '-s', 'work', '-n', 'one', 'exec sh')
  tmux('new-window', '-d', '-t', 'work:', '-n', 'two', 'exec sh')
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await attach(page)
  await expect(connected(page, 'two · work')).toBeVisible()
  tmux('detach-client', '-s', 'work')
  await expect(page.getByRole('tab')).toHaveCount(2)
  await expect(panes(page).getByRole('status')).toContainText('Detached. The session is still running.')
  await panes(page).getByRole('button', { name: 'Attach', exact: true }).click()
  await expect(connected(page, 'two · work')).toBeVisible()
  tmux('kill-session', '-t', 'work')
  await expect(page.getByRole('tab')).toHaveCount(2)
  await expect(panes(page).getByRole('status')).toContainText('The session has ended.')
})

test('tmux windows stay in one terminal where the settings say so', async ({ launch, sshd, sshDir, tmux }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  tmux('new-session', '-d', '-s', 'work', '-n', 'one', 'exec sh')
  tmux('new-window', '-d', '-t', 'work:', '-n', 'two', 'exec sh')
  const { page } = await launch({ hosts: [keyHost(sshd)], settings: { terminal: { tmux: 'terminal' } } })
  await attach(page)
  await expect(panes(page)).toContainText(/0:one.*1:two/)
  await expect(page.getByRole('tab')).toHaveCount(2)
})

// Attaches in control mode, and says something else as soon as a pane is captured.
const talksNonsense = String.raw`#!/bin/sh
block() { n=$((n + 1)); echo "%begin 1 $n 1"; [ $# -eq 0 ] || printf '%s\n' "$@"; echo "%end 1 $n 1"; }
case "$*" in
*-V*) echo 'tmux 3.3a' ;;
*-C*)
  n=1; printf '%%begin 1 1 0\n%%end 1 1 0\n%%session-changed $0 work\n'
  while read -r line; do
    case "$line" in
    list-windows*) block '$0 @0 1 %0 0 0 b25d,80x24,0,0,0 b25d,80x24,0,0,0 one'; block '%0 100' ;;
    *capture-pane*) echo nonsense; while read -r line; do :; done ;;
    *) block ;;
    esac
  done ;;
*attach-session*) echo 'in one terminal'; sleep 600 ;;
esac
`

test('a tmux that says what can’t be read is attached in one terminal', async ({ launch, folder, sshDir }) => {
  const programs = join(folder, 'programs')
  mkdirSync(programs)
  for (const name of ['sh', 'bash', 'env', 'grep', 'sleep'])
    symlinkSync(findProgram(name) as string, join(programs, name))
  writeFileSync(join(programs, 'tmux'), talksNonsense, { mode: 0o755 })
  const sshd = await startSshd(join(folder, 'sshd'), [`SetEnv HOME=${folder} PATH=${programs}`])
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch({ hosts: [{ ...keyHost(sshd), keepAlive: 'tmux' }] })
  await page.getByRole('button', { name: 'gpu-box', exact: true }).click()
  await expect(panes(page).getByRole('status')).toContainText(
    'isn’t its control protocol. Press Enter to attach again.',
  )
  await page.keyboard.press('Enter')
  await expect(panes(page)).toContainText('in one terminal')
  sshd.kill()
})
