import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, keyHost, test, trust } from '../fixtures.ts'
import { crash, inPage } from './lost-page.ts'

test('what was typed in the editor outlives a page that crashes, and is saved from the next one', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const there = join(folder, 'there')
  mkdirSync(there)
  writeFileSync(join(there, 'train.py'), 'epochs = 1\n')
  const { app, page } = await launch({ hosts: [keyHost(sshd)], ownProcess: true })
  await page.getByRole('button', { name: 'Files on gpu-box' }).click()
  const region = page.getByRole('region', { name: 'Right pane' })
  await region.getByRole('textbox', { name: 'Path' }).fill(there)
  await page.keyboard.press('Enter')
  await region.getByRole('row', { name: 'train.py', exact: true }).click()
  await page.keyboard.press('F4')
  const editor = page.getByRole('dialog', { name: 'train.py' })
  await editor.getByRole('textbox').click()
  await page.keyboard.press('Control+Home')
  await page.keyboard.type('# typed by me ')
  // The page hands the text on a moment after it was typed.
  const kept = () =>
    page.evaluate(async () =>
      JSON.stringify(await (window as unknown as Bridged).bridge.invoke('hawser:files.drafts', undefined)),
    )
  await expect.poll(kept).toContain('# typed by me epochs = 1')

  await crash(app)

  await expect
    .poll(() => inPage(app, `document.querySelector('[aria-label="Notices"]')?.textContent ?? ''`))
    .toContain('Your unsaved changes to train.py on gpu-box were kept.')
  const button = (name: string) =>
    `[...document.querySelectorAll('button')].find(each => each.textContent === '${name}')`
  await inPage(app, `${button('Open')}.click()`)
  await expect
    .poll(() => inPage(app, `document.querySelector('[role=dialog] [role=textbox]')?.textContent ?? ''`))
    .toContain('# typed by me epochs = 1')
  await inPage(app, `${button('Save')}.click()`)
  await expect.poll(() => readFileSync(join(there, 'train.py'), 'utf8')).toBe('# typed by me epochs = 1\n')
})

interface Bridged {
  readonly bridge: { invoke(channel: string, input: unknown): Promise<unknown> }
}
