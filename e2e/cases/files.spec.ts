import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Locator, type Page } from '@playwright/test'

import { expect, keyHost, test, trust, type Hawser, type LaunchOptions } from '../fixtures.ts'
import type { Sshd } from '../sshd.ts'

interface Given {
  readonly launch: (options?: LaunchOptions) => Promise<Hawser>
  readonly sshd: Sshd
  readonly sshDir: string
  readonly folder: string
}

/** A folder of this computer on the left, one of gpu-box on the right. */
async function twoPanes({ launch, sshd, sshDir, folder }: Given, far = join(folder, 'there')) {
  trust(sshDir, sshd.port, sshd.hostKey)
  const here = join(folder, 'here')
  for (const path of [here, far]) mkdirSync(path, { recursive: true })
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await page.getByRole('button', { name: 'Files on gpu-box' }).click()
  const [left, right] = ['Left', 'Right'].map(side => page.getByRole('region', { name: `${side} pane` }))
  return { page, left: left as Locator, right: right as Locator, here, there: far }
}

async function go(page: Page, pane: Locator, path: string): Promise<void> {
  await pane.getByRole('textbox', { name: 'Path' }).fill(path)
  await page.keyboard.press('Enter')
  await expect(pane.getByRole('textbox', { name: 'Path' })).toHaveValue(path)
  await expect(pane.getByRole('grid', { name: 'Files' })).toHaveAttribute('aria-busy', 'false')
}

test('replacing a file keeps its permissions, and a link leads to what is replaced', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  const { page, left, right, here, there } = await twoPanes({ launch, sshd, sshDir, folder })
  const put = (path: string, text: string, mode = 0o644) => {
    writeFileSync(path, text)
    chmodSync(path, mode)
  }
  mkdirSync(join(there, 'store'))
  for (const name of ['model.pt', 'run.sh', 'secret.env']) put(join(here, name), `new ${name}`)
  put(join(there, 'run.sh'), 'old', 0o755)
  put(join(there, 'secret.env'), 'old', 0o600)
  put(join(there, 'store', 'model.pt'), 'x'.repeat(5432), 0o640)
  symlinkSync('store/model.pt', join(there, 'model.pt'))
  await go(page, left, here)
  await go(page, right, there)
  await left.getByRole('row', { name: 'model.pt', exact: true }).click()
  await left.getByRole('grid', { name: 'Files' }).focus()
  await page.keyboard.press('F5')
  const question = page.getByRole('alertdialog', { name: 'model.pt already exists' })
  await expect(question).toContainText('5,432 bytes')
  await question.getByRole('button', { name: 'Replace' }).click()
  await expect.poll(() => readFileSync(join(there, 'store', 'model.pt'), 'utf8')).toBe('new model.pt')
  expect(lstatSync(join(there, 'model.pt')).isSymbolicLink()).toBe(true)
  await page.keyboard.press('Control+a')
  await page.keyboard.press('F5')
  const all = page.getByRole('alertdialog', { name: /already exists/ })
  await all.getByRole('checkbox', { name: 'Apply to all' }).check()
  await all.getByRole('button', { name: 'Replace', exact: true }).click()
  await expect(page.getByRole('region', { name: 'Transfers' }).getByRole('row', { name: '3 items' })).toContainText(
    '3 files',
  )
  const found = ['secret.env', 'run.sh', 'store/model.pt'].map(name => {
    const mode = (statSync(join(there, name)).mode & 0o777).toString(8)
    return `${readFileSync(join(there, name), 'utf8')} ${mode}`
  })
  expect(found).toEqual(['new secret.env 600', 'new run.sh 755', 'new model.pt 640'])
})

test('a folder with a file of an impossible size is shown, and the rest of it is copied', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  test.skip(!existsSync('/dev/shm'), 'needs a disk that takes files of any size')
  const odd = mkdtempSync('/dev/shm/hawser-')
  try {
    execFileSync('truncate', ['-s', '9007199254740993', join(odd, 'odd.bin')])
    writeFileSync(join(odd, 'plain.txt'), 'plain')
    const { page, left, right, here } = await twoPanes({ launch, sshd, sshDir, folder }, odd)
    await go(page, left, here)
    await go(page, right, odd)
    await expect(right.getByRole('row', { name: 'odd.bin', exact: true })).toContainText('Unknown')
    await right.getByRole('row', { name: 'plain.txt', exact: true }).click()
    await right.getByRole('grid', { name: 'Files' }).focus()
    await page.keyboard.press('Control+a')
    await page.keyboard.press('F5')
    await expect(left.getByRole('row', { name: 'plain.txt', exact: true })).toBeVisible()
    await expect(page.getByRole('region', { name: 'Transfers' })).toContainText('an impossible size')
    expect(existsSync(join(here, 'odd.bin'))).toBe(false)
  } finally {
    rmSync(odd, { recursive: true, force: true })
  }
})
