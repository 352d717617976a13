import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'

import { expect, keyHost, openShell, test, trust } from './fixtures.ts'

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
    await changed.getByRole('button', { name: "Don't connect" }).click()
    await expect(page.getByRole('alert').filter({ hasText: 'has changed' })).toBeVisible()
    await clean('refused terminal')
    await page.getByRole('tab', { name: 'Home' }).click()
    await page.getByRole('link', { name: 'Activity' }).click()
    await clean('activity')
    await page.getByRole('link', { name: 'Settings' }).click()
    for (const section of ['Appearance', 'Terminal', 'Security', 'Keyboard', 'About']) {
      await page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: section }).click()
      await clean(section)
    }
    await page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: 'Security' }).click()
    await page.getByRole('button', { name: 'Set a master password' }).click()
    await expect(page.getByRole('dialog', { name: 'Set a master password' })).toBeVisible()
    await clean('master password')
  })
}
