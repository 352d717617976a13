import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Locator, type Page } from '@playwright/test'

import { expect, keyHost, test, trust } from './fixtures.ts'

const sha = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

/** One of the two panes. */
function pane(page: Page, side: 'Left' | 'Right') {
  const region = page.getByRole('region', { name: `${side} pane` })
  return {
    region,
    grid: region.getByRole('grid', { name: 'Files' }),
    row: (name: string): Locator => region.getByRole('row', { name, exact: true }),
    go: async (path: string) => {
      await region.getByRole('textbox', { name: 'Path' }).fill(path)
      await page.keyboard.press('Enter')
      await expect(region.getByRole('textbox', { name: 'Path' })).toHaveValue(path)
      await expect(region.getByRole('grid', { name: 'Files' })).toHaveAttribute('aria-busy', 'false')
    },
  }
}

test('files are copied both ways by dragging them between the panes', async ({ launch, sshd, sshDir, folder }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const [here, there] = [join(folder, 'here'), join(folder, 'there')]
  mkdirSync(join(there, 'results'), { recursive: true })
  mkdirSync(here)
  writeFileSync(join(here, 'model.py'), randomBytes(300_000))
  writeFileSync(join(there, 'results', 'loss.csv'), 'step,loss\n1,0.5\n')
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await page.getByRole('button', { name: 'Files on gpu-box' }).click()
  const [left, right] = [pane(page, 'Left'), pane(page, 'Right')]
  await expect(right.row('results')).toHaveCount(0)
  await left.go(here)
  await right.go(there)
  await left.row('model.py').dragTo(right.grid)
  await expect(right.row('model.py')).toBeVisible()
  expect(sha(join(there, 'model.py'))).toBe(sha(join(here, 'model.py')))
  await right.row('results').dragTo(left.grid)
  await expect(left.row('results')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Transfers' }).getByRole('row', { name: 'results' })).toContainText(
    '1 file',
  )
  expect(readFileSync(join(here, 'results', 'loss.csv'), 'utf8')).toBe('step,loss\n1,0.5\n')
  expect(existsSync(join(here, '.model.py.hawser-part'))).toBe(false)
  await page.screenshot({ path: '/tmp/files1.png' })
})
