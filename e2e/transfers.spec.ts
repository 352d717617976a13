import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, keyHost, seed, test, trust } from './fixtures.ts'

test('of those that wait one is begun next, and a limit that is lifted lets all go', async ({
  launch,
  sshd,
  sshDir,
  dataDir,
  folder,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const [near, far] = [join(folder, 'near'), join(folder, 'far')]
  for (const path of [near, far]) mkdirSync(path)
  const names = ['a.bin', 'b.bin', 'c.bin', 'd.bin']
  for (const name of names) writeFileSync(join(near, name), Buffer.alloc(3_000_000, name))
  seed(dataDir, 'transfers.json', { transfers: [], limits: { up: 64_000, down: 0 } })
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await page.getByRole('button', { name: 'Files on gpu-box' }).click()
  const [left, right] = ['Left pane', 'Right pane'].map(name => page.getByRole('region', { name }))
  if (!left || !right) throw new Error('two panes')
  for (const [pane, path] of [
    [right, far],
    [left, near],
  ] as const) {
    await pane.getByRole('textbox', { name: 'Path' }).fill(path)
    await page.keyboard.press('Enter')
    await expect(pane.getByRole('textbox', { name: 'Path' })).toHaveValue(path)
  }
  for (const name of names) {
    await left.getByRole('row', { name }).click()
    await page.keyboard.press('F5')
  }
  const panel = page.getByRole('region', { name: 'Transfers' })
  await expect(panel.getByRole('row')).toHaveCount(4)
  await panel.getByRole('button', { name: /^Move .*d\.bin.* to the front of the queue$/ }).click()
  await expect(panel.getByRole('button', { name: /^Move .*c\.bin.* to the front of the queue$/ })).toBeVisible()
  await expect(panel.getByRole('button', { name: /^Move .*d\.bin.* to the front of the queue$/ })).toHaveCount(0)
  await panel.getByRole('button', { name: 'Speed limit: ↑ 64 KB/s · ↓ Unlimited' }).click()
  await page.getByRole('menuitem', { name: 'Upload: Unlimited' }).click()
  await expect(panel.getByRole('button', { name: 'Speed limit: Unlimited' })).toBeVisible()
  await expect.poll(() => readdirSync(far).sort()).toEqual(names)
})
