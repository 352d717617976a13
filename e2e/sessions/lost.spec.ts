import { open as openLink } from '../../scripts/tcp-proxy.mjs'
import { expect, keyHost, openShell, terminal, test, trust } from '../fixtures.ts'

test('a session that ended while its terminal was lost says so in the terminal', async ({
  launch,
  sshd,
  sshDir,
  tmux,
}) => {
  const link = await openLink(sshd.port)
  trust(sshDir, link.port, sshd.hostKey)
  tmux('new-session', '-d', '-s', 'train')
  tmux('new-session', '-d', '-s', 'other')
  const { page } = await launch({ hosts: [{ ...keyHost(sshd), port: link.port }] })
  await openShell(page)
  await page.getByRole('button', { name: 'Attach train' }).click()
  await expect(page.getByRole('tab', { name: /^train/ }).getByRole('img', { name: 'connected' })).toBeVisible()
  const { region } = terminal(page, 'gpu-box')
  link.refuse()
  link.reset()
  await expect(region.getByRole('status', { name: 'Reconnecting' })).toBeVisible()
  tmux('kill-session', '-t', '=train')
  link.refuse(false)
  await region.getByRole('button', { name: 'Reconnect now' }).click()
  await expect(region.getByRole('alert')).toContainText('The tmux session “train” no longer exists on this host.')
  await expect(page.getByRole('region', { name: 'Notices' }).getByRole('alert')).toHaveCount(0)
  await link.close()
})

test('a terminal that leaves its session says that the session may go on', async ({ launch, sshd, sshDir, tmux }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  tmux('new-session', '-d', '-s', 'train')
  const { page } = await launch({ hosts: [keyHost(sshd)], settings: { terminal: { tmux: 'terminal' } } })
  await openShell(page)
  await page.getByRole('button', { name: 'Attach train' }).click()
  await expect.poll(() => tmux('list-clients', '-F', '#{session_name}')).toBe('train')
  await page.keyboard.press('Control+b')
  await page.keyboard.press('d')
  const bar = terminal(page, 'gpu-box').region.getByRole('status')
  await expect(bar).toContainText('The session has ended or was detached. Press Enter to attach again.')
  await page.keyboard.press('Enter')
  await expect.poll(() => tmux('list-clients', '-F', '#{session_name}')).toBe('train')
})
