import { createHash, randomBytes } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Locator, type Page } from '@playwright/test'

import { expect, keyHost, seed, test, trust, type LaunchOptions, type Hawser } from './fixtures.ts'
import type { Sshd } from './sshd.ts'

const sha = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

/** One of the two panes. */
function pane(page: Page, side: 'Left' | 'Right') {
  const region = page.getByRole('region', { name: `${side} pane` })
  return {
    region,
    grid: region.getByRole('grid', { name: 'Files' }),
    path: region.getByRole('textbox', { name: 'Path' }),
    refresh: () => region.getByRole('button', { name: 'Refresh' }).click(),
    row: (name: string): Locator => region.getByRole('row', { name, exact: true }),
    go: async (path: string) => {
      await region.getByRole('textbox', { name: 'Path' }).fill(path)
      await page.keyboard.press('Enter')
      await expect(region.getByRole('textbox', { name: 'Path' })).toHaveValue(path)
      await expect(region.getByRole('grid', { name: 'Files' })).toHaveAttribute('aria-busy', 'false')
    },
  }
}

/** A transfer's row. */
function transfer(page: Page, title: string): Locator {
  return page.getByRole('region', { name: 'Transfers' }).getByRole('row', { name: title, exact: true })
}

/** How much of a copy is there by now. */
function partSize(folder: string, name: string): number {
  const path = join(folder, `.${name}.hawser-part`)
  return existsSync(path) ? statSync(path).size : 0
}

interface Given {
  readonly launch: (options?: LaunchOptions) => Promise<Hawser>
  readonly sshd: Sshd
  readonly sshDir: string
  readonly folder: string
}

/** A folder of this computer on the left, one of gpu-box on the right. */
async function twoPanes({ launch, sshd, sshDir, folder }: Given) {
  trust(sshDir, sshd.port, sshd.hostKey)
  const [here, there] = [join(folder, 'here'), join(folder, 'there')]
  for (const path of [here, there]) mkdirSync(path, { recursive: true })
  const { page, close } = await launch({ hosts: [keyHost(sshd)] })
  await page.getByRole('button', { name: 'Files on gpu-box' }).click()
  const [left, right] = [pane(page, 'Left'), pane(page, 'Right')]
  await left.go(here)
  await right.go(there)
  return { page, close, left, right, here, there }
}

test('files are copied both ways by dragging them between the panes', async ({ launch, sshd, sshDir, folder }) => {
  const { page, left, right, here, there } = await twoPanes({ launch, sshd, sshDir, folder })
  mkdirSync(join(there, 'results'))
  writeFileSync(join(here, 'model.py'), randomBytes(300_000))
  writeFileSync(join(there, 'results', 'loss.csv'), 'step,loss\n1,0.5\n')
  await left.refresh()
  await right.refresh()
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
})

test('a name that is taken is asked about once, for all', async ({ launch, sshd, sshDir, folder }) => {
  const { page, left, right, here, there } = await twoPanes({ launch, sshd, sshDir, folder })
  for (const name of ['a.txt', 'b.txt', 'c.txt']) {
    writeFileSync(join(here, name), `new ${name}`)
    writeFileSync(join(there, name), `old ${name}!`)
  }
  await left.refresh()
  await left.grid.focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('F5')
  const question = page.getByRole('alertdialog', { name: /already exists/ })
  await expect(question).toContainText(/Source \(this computer\)9 bytes.*Existing file \(gpu-box\)10 bytes/)
  await question.getByRole('button', { name: 'Compare' }).click()
  await expect(question.getByRole('textbox', { name: 'Existing file (gpu-box)' })).toContainText('old')
  await expect(question.getByRole('textbox', { name: 'Source (this computer)' })).toContainText('new')
  await question.getByRole('button', { name: 'Keep both' }).click()
  await expect(question).toBeVisible()
  await question.getByRole('checkbox', { name: 'Apply to all' }).check()
  await question.getByRole('button', { name: 'Replace', exact: true }).click()
  await expect(transfer(page, '3 items')).toContainText('3 files')
  const contents = ['a', 'b', 'c'].map(name => readFileSync(join(there, `${name}.txt`), 'utf8'))
  expect(contents.filter(text => text.startsWith('old'))).toHaveLength(1)
  await expect(right.region.getByRole('row', { name: / \(2\)\.txt$/ })).toHaveCount(1)
})

test('everything is done from the keyboard: go, make, rename, select, copy, move, delete', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  const { page, left, right, here, there } = await twoPanes({ launch, sshd, sshDir, folder })
  mkdirSync(join(here, 'sub'))
  for (const name of ['one.txt', 'two.txt', 'three.txt']) writeFileSync(join(here, name), name)
  await left.refresh()
  await left.grid.focus()
  await page.keyboard.press('End')
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await expect(left.path).toHaveValue(join(here, 'sub'))
  await page.keyboard.press('Backspace')
  await expect(left.path).toHaveValue(here)
  await expect(left.row('sub')).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.type('two')
  await expect(left.row('one.txt')).toHaveCount(0)
  await expect(left.region.getByRole('textbox', { name: 'Filter' })).toHaveValue('two')
  await page.keyboard.press('Escape')
  await left.row('one.txt').click()
  await page.keyboard.press('F2')
  await page.keyboard.press('Control+a')
  await page.keyboard.type('first.txt')
  await page.keyboard.press('Enter')
  await expect(left.row('first.txt')).toHaveAttribute('aria-selected', 'true')
  await expect.poll(() => readdirSync(here).sort()).toEqual(['first.txt', 'sub', 'three.txt', 'two.txt'])
  await page.keyboard.press('F5')
  await expect(right.row('first.txt')).toBeVisible()
  await left.row('three.txt').click()
  await page.keyboard.press('Space')
  await page.keyboard.press('Space')
  await page.keyboard.press('Space')
  await page.keyboard.press('F6')
  await expect(left.row('two.txt')).toHaveCount(0)
  await expect(right.row('two.txt')).toBeVisible()
  await page.keyboard.press('Tab')
  await expect(right.grid).toBeFocused()
  await page.keyboard.press('F7')
  await page.getByRole('dialog', { name: 'New folder' }).getByRole('textbox', { name: 'Name' }).fill('made here')
  await page.keyboard.press('Enter')
  await expect(right.row('made here')).toBeVisible()
  await right.row('first.txt').click()
  await page.keyboard.press('Delete')
  const question = page.getByRole('alertdialog', { name: 'Delete first.txt?' })
  await expect(question).toContainText('1 file')
  await question.getByRole('button', { name: 'Delete' }).click()
  await expect(right.row('first.txt')).toHaveCount(0)
  await expect.poll(() => readdirSync(there).sort()).toEqual(['made here', 'two.txt'])
})

/** Slow enough that a copy is still under way when the test acts on it. */
const slowUploads = { transfers: [], limits: { up: 25_000_000, down: 0 } }

test('an upload resumes after the link was cut', async ({ launch, sshd, sshDir, folder, dataDir }) => {
  seed(dataDir, 'transfers.json', slowUploads)
  const { page, left, here, there } = await twoPanes({ launch, sshd, sshDir, folder })
  writeFileSync(join(here, 'weights.pt'), randomBytes(120_000_000))
  await left.refresh()
  await left.row('weights.pt').click()
  await left.grid.focus()
  await page.keyboard.press('F5')
  const row = transfer(page, 'weights.pt')
  await expect.poll(() => partSize(there, 'weights.pt')).toBeGreaterThan(40_000_000)
  sshd.kill()
  await expect(row).toContainText('resuming')
  await sshd.restart()
  await expect(row).toContainText('1 file', { timeout: 60_000 })
  expect(sha(join(there, 'weights.pt'))).toBe(sha(join(here, 'weights.pt')))
  expect(readdirSync(there)).toEqual(['weights.pt'])
})

test('a transfer is paused, kept over a restart, and resumed', async ({ launch, sshd, sshDir, folder, dataDir }) => {
  seed(dataDir, 'transfers.json', slowUploads)
  const { page, left, here, there, close } = await twoPanes({ launch, sshd, sshDir, folder })
  writeFileSync(join(here, 'data.bin'), randomBytes(90_000_000))
  await left.refresh()
  await left.row('data.bin').click()
  await left.grid.focus()
  await page.keyboard.press('F5')
  await expect.poll(() => partSize(there, 'data.bin')).toBeGreaterThan(1_000_000)
  await transfer(page, 'data.bin').getByRole('button', { name: 'Pause data.bin' }).click()
  await expect(transfer(page, 'data.bin')).toContainText('Paused')
  expect(existsSync(join(there, 'data.bin'))).toBe(false)
  await close()
  const again = await launch()
  await again.page.getByRole('tab', { name: 'Files' }).click()
  await transfer(again.page, 'data.bin').getByRole('button', { name: 'Resume data.bin' }).click()
  await expect(transfer(again.page, 'data.bin')).toContainText('1 file', { timeout: 60_000 })
  expect(sha(join(there, 'data.bin'))).toBe(sha(join(here, 'data.bin')))
})

test('a text is edited where it is, and never over what somebody else wrote', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  const { page, right, there } = await twoPanes({ launch, sshd, sshDir, folder })
  const path = join(there, 'train.py')
  writeFileSync(path, 'epochs = 1\n', { mode: 0o640 })
  await right.refresh()
  await right.row('train.py').click()
  await right.grid.focus()
  await page.keyboard.press('F4')
  const dialog = page.getByRole('dialog', { name: 'train.py' })
  const text = dialog.getByRole('textbox', { name: 'Text' })
  await expect(text).toContainText('epochs = 1')
  await text.press('Control+Home')
  await page.keyboard.type('# mine\n')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toContainText('Saved')
  expect(readFileSync(path, 'utf8')).toBe('# mine\nepochs = 1\n')
  expect(statSync(path).mode & 0o777).toBe(0o640)
  writeFileSync(path, 'epochs = 99\n')
  await text.press('Control+Home')
  await page.keyboard.type('# again\n')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog.getByRole('alert')).toContainText('was changed')
  await expect(dialog.getByRole('group', { name: 'Differences' })).toContainText('epochs = 99')
  expect(readFileSync(path, 'utf8')).toBe('epochs = 99\n')
  await dialog.getByRole('button', { name: 'Save mine as a copy' }).click()
  await expect(dialog).toHaveCount(0)
  const mine = readdirSync(there).find(name => name.startsWith('train.py.mine')) ?? ''
  expect(readFileSync(join(there, mine), 'utf8')).toBe('# again\n# mine\nepochs = 1\n')
})

test('100,000 files are listed, scrolled and filtered', async ({ launch, sshd, sshDir, folder }) => {
  const many = join(folder, 'there', 'many')
  mkdirSync(many, { recursive: true })
  for (let index = 0; index < 100_000; index++) closeSync(openSync(join(many, `file-${index}.txt`), 'w'))
  const { page, right } = await twoPanes({ launch, sshd, sshDir, folder })
  await right.go(many)
  await expect(right.grid).toHaveAttribute('aria-rowcount', '100001')
  await right.grid.focus()
  await page.keyboard.press('End')
  await expect(right.row('file-99999.txt')).toBeVisible()
  expect(await right.region.getByRole('row').count()).toBeLessThan(120)
  await page.keyboard.type('file-4242')
  await expect(right.row('file-42420.txt')).toBeVisible()
  await expect(right.grid).toHaveAttribute('aria-rowcount', '12')
})

test('files that are dropped from the desktop are uploaded', async ({ launch, sshd, sshDir, folder }) => {
  const { page, right, here, there } = await twoPanes({ launch, sshd, sshDir, folder })
  writeFileSync(join(here, 'notes.md'), '# Notes\n')
  // A file that a person picked has a place on the disk, as one from the desktop has; a made-up one has none.
  await page.evaluate(() => {
    const input = document.createElement('input')
    input.type = 'file'
    input.id = 'desktop'
    document.body.append(input)
  })
  await page.locator('#desktop').setInputFiles(join(here, 'notes.md'))
  await right.grid.evaluate(grid => {
    const files = (document.getElementById('desktop') as HTMLInputElement).files
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(files?.[0] as File)
    const target = grid.querySelector('[role=rowgroup]') as Element
    const box = target.getBoundingClientRect()
    const at = { clientX: box.x + 50, clientY: box.y + 50, bubbles: true, cancelable: true, dataTransfer }
    for (const type of ['dragenter', 'dragover', 'drop']) target.dispatchEvent(new DragEvent(type, at))
  })
  await expect(right.row('notes.md')).toBeVisible()
  expect(readFileSync(join(there, 'notes.md'), 'utf8')).toBe('# Notes\n')
})
