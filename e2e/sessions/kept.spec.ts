import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Page } from '@playwright/test'

import { findProgram } from '../../scripts/programs.mjs'
import { open as openLink } from '../../scripts/tcp-proxy.mjs'
import { expect, keyHost, needs, openShell, terminal, test, trust } from '../fixtures.ts'
import { startSshd } from '../sshd.ts'

const kept = { keepAlive: 'tmux' } as const

test.afterEach(({ tmux }) => void tmux('-L', 'hawser', 'kill-server'))

/** Hawser lists the sessions again after a tab is closed, which may be before or after the details open. */
async function expectNoSessions(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Details of gpu-box' }).click()
  const details = page.getByRole('complementary', { name: 'Details of gpu-box' })
  const list = details.getByRole('button', { name: 'List sessions' })
  await expect(async () => {
    if (await list.isVisible()) await list.click({ timeout: 1_000 })
    await expect(details).toContainText('No sessions', { timeout: 1_000 })
  }).toPass({ timeout: 15_000 })
}

test('a kept shell survives its link, its tab and the program, with what runs in it and its scrollback', async ({
  launch,
  sshd,
  sshDir,
}) => {
  needs('tmux')
  const link = await openLink(sshd.port)
  trust(sshDir, link.port, sshd.hostKey)
  const hosts = [{ ...keyHost(sshd), port: link.port, ...kept }]
  const first = await launch({ hosts, ownProcess: true })
  const shell = await openShell(first.page, 'gpu-box')
  await shell.run('run=$((6*7)); for i in $(seq 60); do echo "epoch $i"; done; echo "TMUX is ${TMUX-unset}"')
  await expect(shell.rows).toContainText('TMUX is unset')
  link.reset()
  await expect(first.page.getByRole('tab', { name: 'gpu-box' }).getByRole('img', { name: 'connected' })).toBeHidden()
  await expect(first.page.getByRole('tab', { name: 'gpu-box' }).getByRole('img', { name: 'connected' })).toBeVisible()
  await shell.run('echo "still $run"')
  await expect(shell.rows).toContainText('still 42')
  await first.page.keyboard.press('Control+Shift+Q')
  const dialog = first.page.getByRole('alertdialog', { name: /^Close gpu-box-/ })
  await dialog.getByRole('button', { name: 'Detach' }).click()
  await expect(first.page.getByRole('tab', { name: 'gpu-box' })).toBeHidden()
  await first.close()
  const { page } = await launch({ ownProcess: true })
  await page.getByRole('button', { name: 'Details of gpu-box' }).click()
  await page.getByRole('button', { name: 'List sessions' }).click()
  await expect(page.getByText('1 detached session')).toBeVisible()
  await page.getByRole('button', { name: /^Attach gpu-box-/ }).click()
  const again = page.getByRole('region', { name: /^Terminal / })
  await expect(again).toContainText('still 42')
  await page.keyboard.press('Control+Shift+F')
  await page.getByRole('searchbox', { name: 'Find' }).fill('epoch 3')
  await page.getByRole('searchbox', { name: 'Find' }).press('Enter')
  await expect(again).toContainText('epoch 3')
  await link.close()
})

test('ending a kept session ends what runs in it', async ({ launch, sshd, sshDir }) => {
  needs('tmux')
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch({ hosts: [{ ...keyHost(sshd), ...kept }] })
  const shell = await openShell(page, 'gpu-box')
  await page.keyboard.press('Control+Shift+Q')
  await page
    .getByRole('alertdialog', { name: /^Close gpu-box-/ })
    .getByRole('button', { name: 'End session' })
    .click()
  await expect(shell.region).toBeHidden()
  await expectNoSessions(page)
})

test('a host without tmux says so, and offers a plain shell', async ({ launch, folder, sshDir }) => {
  const programs = join(folder, 'programs')
  mkdirSync(programs)
  for (const name of ['sh', 'bash', 'env']) symlinkSync(findProgram(name) as string, join(programs, name))
  const sshd = await startSshd(join(folder, 'sshd'), [`SetEnv HOME=${folder} PATH=${programs}`])
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch({ hosts: [{ ...keyHost(sshd), ...kept }] })
  await page.getByRole('button', { name: 'gpu-box', exact: true }).click()
  const { region, rows, run } = terminal(page, 'gpu-box')
  await expect(region.getByRole('status')).toContainText('tmux is not installed on gpu-box')
  await region.getByRole('button', { name: 'Open plain shell' }).click()
  await run('echo plain-$((6*7))')
  await expect(rows).toContainText('plain-42')
  sshd.kill()
})

test('a host whose tmux fails shows its message, and offers a plain shell, too', async ({ launch, folder, sshDir }) => {
  const programs = join(folder, 'programs')
  mkdirSync(programs)
  for (const name of ['sh', 'bash', 'env']) symlinkSync(findProgram(name) as string, join(programs, name))
  writeFileSync(join(programs, 'tmux'), '#!/bin/sh\necho "open terminal failed"; exit 1\n', { mode: 0o755 })
  const sshd = await startSshd(join(folder, 'sshd'), [`SetEnv HOME=${folder} PATH=${programs}`])
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch({ hosts: [{ ...keyHost(sshd), ...kept }] })
  await page.getByRole('button', { name: 'gpu-box', exact: true }).click()
  const { region, rows, run } = terminal(page, 'gpu-box')
  await expect(region.getByRole('status')).toContainText('tmux exited with code 1. Press Enter to attach again.')
  await expect(rows).toContainText('open terminal failed')
  await region.getByRole('button', { name: 'Open plain shell' }).click()
  await run('echo plain-$((6*7))')
  await expect(rows).toContainText('plain-42')
  sshd.kill()
})

test('a new terminal is kept where its host says so in the form', async ({ launch, sshd, sshDir }) => {
  needs('tmux')
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await page.getByRole('button', { name: 'gpu-box', exact: true }).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Edit host' }).click()
  await page.getByRole('combobox', { name: 'Keep sessions alive' }).selectOption('tmux')
  await page.getByRole('button', { name: 'Save' }).click()
  const shell = await openShell(page, 'gpu-box')
  await expect(page.getByRole('region', { name: 'Sessions on gpu-box' })).toContainText(/gpu-box-/)
  await shell.run('exit')
  await expect(terminal(page, 'gpu-box').region.getByRole('status')).toContainText('The session has ended')
})

test('a kept session that was renamed is still that of its tab: attached again, and ended with it', async ({
  launch,
  sshd,
  sshDir,
}) => {
  needs('tmux')
  const link = await openLink(sshd.port)
  trust(sshDir, link.port, sshd.hostKey)
  const { page } = await launch({ hosts: [{ ...keyHost(sshd), port: link.port, ...kept }] })
  const shell = await openShell(page, 'gpu-box')
  await shell.run('run=$((6*7))')
  await page.getByRole('button', { name: /^Rename gpu-box-/ }).click()
  const form = page.getByRole('dialog', { name: /^Rename gpu-box-/ })
  await form.getByRole('textbox', { name: 'Name' }).fill('training')
  await form.getByRole('button', { name: 'Rename' }).click()
  await page.getByRole('button', { name: 'Attach training' }).click()
  await expect(page.getByRole('tab')).toHaveCount(2)
  link.refuse()
  link.reset()
  await expect(shell.region.getByRole('status', { name: 'Reconnecting' })).toBeVisible()
  link.refuse(false)
  await shell.region.getByRole('button', { name: 'Reconnect now' }).click()
  await expect(shell.region.getByRole('status', { name: 'Reconnecting' })).toBeHidden()
  await shell.run('echo "still $run"')
  await expect(shell.rows).toContainText('still 42')
  await page.keyboard.press('Control+Shift+Q')
  await page.getByRole('button', { name: 'End session' }).click()
  await expectNoSessions(page)
  await link.close()
})

test('the card of a host has room for its detached sessions and its live connection', async ({
  launch,
  sshd,
  sshDir,
}) => {
  needs('tmux')
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch({ hosts: [{ ...keyHost(sshd), ...kept }] })
  await openShell(page, 'gpu-box')
  await page.getByRole('tab', { name: 'Home' }).click()
  await openShell(page, 'gpu-box')
  await expect(page.getByText('2 terminals')).toBeVisible()
  await page.keyboard.press('Control+Shift+Q')
  await page.getByRole('button', { name: 'Detach' }).click()
  await expect(page.getByText('1 terminal', { exact: true })).toBeVisible()
  await page.getByRole('tab', { name: 'Home' }).click()
  const main = page.getByRole('main')
  await expect(main.getByRole('img', { name: '1 detached session' })).toBeInViewport({ ratio: 1 })
  await expect(main.getByText('connected')).toBeInViewport({ ratio: 1 })
})
