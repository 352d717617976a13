import type { Page } from '@playwright/test'

import { open as openLink } from '../../scripts/tcp-proxy.mjs'
import { expect, keyHost, openShell, test, trust } from '../fixtures.ts'

const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true })
const panes = (page: Page) => page.getByRole('region', { name: /^Terminal gpu-box/ })

async function attach(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Details of gpu-box' }).click()
  await page.getByRole('button', { name: 'List sessions' }).click()
  await page.getByRole('button', { name: 'Attach work', exact: true }).click()
}

test('clearing the scrollback clears that of tmux, and leaves the screen', async ({ launch, sshd, sshDir, tmux }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  tmux('new-session', '-d', '-s', 'work', 'seq 500; exec sh')
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await attach(page)
  await expect(panes(page)).toContainText('500')
  await page.keyboard.press('Control+Shift+P')
  await page.getByRole('combobox').fill('Clear scrollback')
  await page.keyboard.press('Enter')
  await expect.poll(() => tmux('display-message', '-p', '-t', 'work', '#{history_size}')).toBe('0')
  await page.keyboard.type('echo cleared-$((6*7))')
  await page.keyboard.press('Enter')
  await expect(panes(page)).toContainText('cleared-42')
  await expect(panes(page)).toContainText('500')
})

test('a pane without room says so once', async ({ launch, sshd, sshDir, tmux }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  tmux('new-session', '-d', '-s', 'work', 'exec sh')
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await attach(page)
  await expect(panes(page)).toContainText(/[$#]/)
  const notice = page.getByText('This pane is too small to split.')
  await expect(async () => {
    await page.keyboard.press('Control+Shift+E')
    await expect(notice).toHaveCount(1, { timeout: 1_000 })
  }).toPass()
  await page.keyboard.press('Control+Shift+E')
  await expect(notice).toHaveCount(1)
  await expect(page.getByText('no space for new pane')).toHaveCount(0)
})

test('a session that is renamed keeps its tabs and comes back', async ({ launch, sshd, sshDir, tmux }) => {
  const link = await openLink(sshd.port)
  trust(sshDir, link.port, sshd.hostKey)
  tmux('new-session', '-d', '-s', 'work', '-n', 'one', 'exec sh')
  const { page } = await launch({ hosts: [{ ...keyHost(sshd), port: link.port }] })
  await attach(page)
  await expect(tab(page, 'one · work')).toBeVisible()
  tmux('rename-session', '-t', 'work', 'night')
  await expect(tab(page, 'one · night')).toBeVisible()
  link.reset()
  await expect(tab(page, 'one · night').getByRole('img', { name: 'connected' })).toBeHidden()
  await expect(tab(page, 'one · night').getByRole('img', { name: 'connected' })).toBeVisible()
  await link.close()
})

test('a kept session that is renamed is the one that comes back', async ({ launch, sshd, sshDir, tmux }) => {
  const link = await openLink(sshd.port)
  trust(sshDir, link.port, sshd.hostKey)
  const { page } = await launch({ hosts: [{ ...keyHost(sshd), port: link.port, keepAlive: 'tmux' }] })
  const shell = await openShell(page)
  await shell.run('kept=$((6*7))')
  const sessions = () => tmux('-L', 'hawser', 'list-sessions', '-F', '#{session_name}')
  tmux('-L', 'hawser', 'rename-session', '-t', sessions(), 'night')
  await expect(page.getByRole('region', { name: 'Sessions on gpu-box' })).toBeVisible()
  link.reset()
  await expect(tab(page, 'gpu-box').getByRole('img', { name: 'connected' })).toBeHidden()
  await expect(tab(page, 'gpu-box').getByRole('img', { name: 'connected' })).toBeVisible()
  await shell.run('echo "still $kept"')
  await expect(shell.rows).toContainText('still 42')
  expect(sessions()).toBe('night')
  await link.close()
})
