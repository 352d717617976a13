import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Locator, Page } from '@playwright/test'

import { expect, keyHost, openShell, terminal, test, trust } from './fixtures.ts'

test.beforeEach(({ sshd, sshDir }) => trust(sshDir, sshd.port, sshd.hostKey))

interface Point {
  readonly x: number
  readonly y: number
}

/** Drags with the mouse as a person does. */
async function drag(page: Page, from: Point, to: Point): Promise<void> {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x + 12, from.y + 6, { steps: 3 })
  await page.mouse.move(to.x, to.y, { steps: 8 })
  await page.mouse.up()
}

/** A place in an element, in parts of its width and height. */
async function pointIn(element: Locator, x: number, y: number): Promise<Point> {
  const box = await boxOf(element)
  return { x: box.x + box.width * x, y: box.y + box.height * y }
}

/** The header of a pane, left of its buttons. */
async function headerOf(pane: Locator): Promise<Point> {
  const split = await boxOf(pane.getByRole('button', { name: 'Split right' }))
  const { x } = await boxOf(pane)
  return { x: x + 60, y: split.y + split.height / 2 }
}

async function boxOf(element: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await element.boundingBox()
  if (!box) throw new Error('The element is not drawn.')
  return box
}

/** Types a command into a pane whose shell must be alive, and finds its answer. */
async function answers(page: Page, pane: Locator, mark: string): Promise<void> {
  await pane.getByRole('textbox', { name: 'Terminal input' }).focus()
  await page.keyboard.type(`echo ${mark}-$((40+2))\n`)
  await expect(pane.getByRole('list')).toContainText(`${mark}-42`)
}

test('a pane dragged by its header goes where it is dropped, and both shells live on with what they showed', async ({
  launch,
  sshd,
}) => {
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await openShell(page)
  const first = terminal(page, 'gpu-box').region
  await answers(page, first, 'first')
  await page.keyboard.press('Control+Shift+D')
  const panes = page.getByRole('region', { name: 'Terminal gpu-box' })
  await expect(panes.nth(1).getByRole('list')).toContainText(/[$#]\s*$/)
  await answers(page, panes.nth(1), 'second')

  await drag(page, await headerOf(panes.nth(1)), await pointIn(panes.first(), 0.1, 0.5))
  await expect(panes.first().getByRole('list')).toContainText('second-42')
  await expect(panes.nth(1).getByRole('list')).toContainText('first-42')
  await answers(page, panes.first(), 'left')
  await answers(page, panes.nth(1), 'right')

  const tabs = page.getByRole('tablist', { name: 'Tabs' }).getByRole('tab')
  await drag(page, await headerOf(panes.first()), await pointIn(tabs.nth(1), 0.5, 0.5))
  await expect(tabs).toHaveCount(3)
  await expect(panes).toHaveCount(1)
  await answers(page, panes, 'alone')
  await expect(panes.getByRole('list')).toContainText('second-42')
})

test('a live tab dropped on a pane becomes a split of it, and both shells live on', async ({ launch, sshd }) => {
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await openShell(page)
  await answers(page, terminal(page, 'gpu-box').region, 'first')
  await page.keyboard.press('Control+Shift+K')
  const tabs = page.getByRole('tablist', { name: 'Tabs' }).getByRole('tab')
  await expect(tabs).toHaveCount(3)
  const panes = page.getByRole('region', { name: 'Terminal gpu-box' })
  await expect(panes.getByRole('list')).toContainText(/[$#]\s*$/)
  await answers(page, panes, 'second')

  await drag(page, await pointIn(tabs.nth(1), 0.4, 0.5), await pointIn(panes, 0.9, 0.5))
  await expect(panes).toHaveCount(2)
  await expect(tabs).toHaveCount(2)
  await expect(panes.first().getByRole('list')).toContainText('second-42')
  await expect(panes.nth(1).getByRole('list')).toContainText('first-42')
  await answers(page, panes.first(), 'left')
  await answers(page, panes.nth(1), 'right')
})

test('a selection that fills the window is dragged with a small label too', async ({ launch, folder }) => {
  writeFileSync(join(folder, 'long.txt'), `${'many words in a long line '.repeat(8)}\n`.repeat(2000))
  const { page } = await launch()
  await page.keyboard.press('Control+Shift+O')
  const left = page.getByRole('region', { name: 'Left pane' })
  await left.getByRole('textbox', { name: 'Path' }).fill(folder)
  await page.keyboard.press('Enter')
  await left.getByRole('row', { name: 'long.txt', exact: true }).click()
  await page.keyboard.press('F3')
  const preview = page.getByRole('dialog', { name: /long\.txt/ })
  const text = preview.getByText('many words in a long line').first()
  await text.click()
  await page.keyboard.press('Control+a')
  const labels = await page.evaluateHandle(() => {
    const sizes: { text: string; width: number }[] = []
    new MutationObserver(records => {
      for (const node of records.flatMap(({ addedNodes }) => [...addedNodes]))
        if (node instanceof HTMLElement) sizes.push({ text: node.innerText, width: node.offsetWidth })
    }).observe(document.body, { childList: true })
    return sizes
  })
  const from = await pointIn(text, 0.2, 0.5)
  await drag(page, from, { x: from.x + 80, y: from.y + 60 })
  await expect.poll(() => labels.jsonValue()).toHaveLength(1)
  const [label] = await labels.jsonValue()
  expect(label?.text).toMatch(/^many words in a long line .*…$/)
  expect(label?.width).toBeLessThan(300)
  await expect(preview).toBeVisible()
})
