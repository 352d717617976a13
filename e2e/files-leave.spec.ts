import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, keyHost, test, trust, type Hawser, type LaunchOptions } from './fixtures.ts'
import type { Sshd } from './sshd.ts'

interface Given {
  readonly launch: (options?: LaunchOptions) => Promise<Hawser>
  readonly sshd: Sshd
  readonly sshDir: string
  readonly folder: string
  readonly ownProcess?: boolean
}

/** gpu-box on the right, in a folder with `train.py`. */
async function open({ launch, sshd, sshDir, folder, ownProcess = false }: Given) {
  trust(sshDir, sshd.port, sshd.hostKey)
  const there = join(folder, 'there')
  mkdirSync(there)
  writeFileSync(join(there, 'train.py'), 'epochs = 1\n')
  const hawser = await launch({ ownProcess, hosts: [keyHost(sshd)] })
  const { page } = hawser
  await page.getByRole('button', { name: 'Files on gpu-box' }).click()
  const region = page.getByRole('region', { name: 'Right pane' })
  await region.getByRole('textbox', { name: 'Path' }).fill(there)
  await page.keyboard.press('Enter')
  await expect(region.getByRole('row', { name: 'train.py' })).toBeVisible()
  return { ...hawser, region, there, row: region.getByRole('row', { name: 'train.py' }) }
}

test('what is typed and not saved outlives a change of tab, and the window asks before it closes', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  const { app, page, region, row, there } = await open({ launch, sshd, sshDir, folder, ownProcess: true })
  await row.click()
  await region.getByRole('grid', { name: 'Files' }).focus()
  await page.keyboard.press('F4')
  const dialog = page.getByRole('dialog', { name: 'train.py' })
  await dialog.getByRole('textbox', { name: 'Text' }).press('Control+Home')
  await page.keyboard.type('# mine\n')
  await app.evaluate(({ dialog: boxes }) => {
    boxes.showMessageBox = (...args: unknown[]) => {
      Object.assign(globalThis, { asked: (args[1] as { message: string }).message })
      return Promise.resolve({ response: 1, checkboxChecked: false })
    }
  })
  // An address from outside leads to another tab, whatever is open.
  await app.evaluate(({ app: program }) => program.emit('second-instance', {}, ['hawser', 'ssh://someone@127.0.0.1:1']))
  await page
    .getByRole('alertdialog', { name: 'Connect to this address?' })
    .getByRole('button', { name: 'Connect' })
    .click()
  await expect(page.getByRole('tab', { name: /someone@127.0.0.1/ })).toHaveAttribute('aria-selected', 'true')
  await page.getByRole('tab', { name: /Files|there/ }).click()
  await expect(dialog).toContainText('Unsaved changes')
  await expect(dialog.getByRole('textbox', { name: 'Text' })).toContainText('# mine')
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await expect
    .poll(() => app.evaluate(() => (globalThis as { asked?: string }).asked))
    .toBe('You have unsaved changes in the editor.')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toContainText('Saved')
  expect(readFileSync(join(there, 'train.py'), 'utf8')).toBe('# mine\nepochs = 1\n')
})

test('files of a host are saved to a folder that the system’s dialog gave', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  const { app, page, row } = await open({ launch, sshd, sshDir, folder })
  const target = join(folder, 'saved here')
  mkdirSync(target)
  await app.evaluate(({ dialog: boxes }, path) => {
    boxes.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] })
  }, target)
  await row.click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Download to…' }).click()
  await expect.poll(() => existsSync(join(target, 'train.py'))).toBe(true)
})

test('with Alt held, files of this computer are dragged to other programs; those of a host say what is needed', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  const { app, page, row, there } = await open({ launch, sshd, sshDir, folder })
  await app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    if (contents) contents.startDrag = item => void Object.assign(globalThis, { dragged: item.files })
  })
  await row.dispatchEvent('dragstart', { altKey: true })
  await expect(page.getByRole('region', { name: 'Notices' })).toContainText(
    'To drag remote files to another app, download them first.',
  )
  const left = page.getByRole('region', { name: 'Left pane' })
  await left.getByRole('textbox', { name: 'Path' }).fill(there)
  await page.keyboard.press('Enter')
  await left.getByRole('row', { name: 'train.py' }).dispatchEvent('dragstart', { altKey: true })
  await expect
    .poll(() => app.evaluate(() => (globalThis as { dragged?: string[] }).dragged))
    .toEqual([join(there, 'train.py')])
})

test('the width of a column is dragged, remembered, and given back', async ({ launch, sshd, sshDir, folder }) => {
  const { page, region } = await open({ launch, sshd, sshDir, folder })
  const head = region.getByRole('columnheader', { name: 'Size' })
  const width = async () => Math.round((await head.boundingBox())?.width ?? 0)
  const before = await width()
  const edge = head.getByTitle('Drag to resize the Size column. Double-click to reset it.')
  const box = (await edge.boundingBox()) ?? { x: 0, y: 0, height: 0, width: 0 }
  await page.mouse.move(box.x + 4, box.y + 4)
  await page.mouse.down()
  await page.mouse.move(box.x - 56, box.y + 4, { steps: 4 })
  await page.mouse.up()
  await expect.poll(width).toBe(before + 60)
  await page.reload()
  await expect.poll(width).toBe(before + 60)
  await edge.dblclick()
  await expect.poll(width).toBe(before)
})
