import type { Page } from '@playwright/test'

import { expect, test } from '../fixtures.ts'

interface Form {
  readonly title: string
  readonly open: (page: Page) => Promise<void>
  /** The field to type into. */
  readonly field: string
}

const page = (name: string) => async (window: Page) => {
  await window.getByRole('link', { name, exact: true }).click()
}

const forms: readonly Form[] = [
  { title: 'New host', field: 'Address', open: window => window.keyboard.press('Control+Shift+N') },
  {
    title: 'New group',
    field: 'Name',
    open: async window => {
      await page('Hosts')(window)
      await window.getByRole('button', { name: 'New group' }).click()
    },
  },
  {
    title: 'New forward',
    field: 'Label',
    open: async window => {
      await page('Forwards')(window)
      await window.getByRole('button', { name: 'New forward' }).click()
    },
  },
  {
    title: 'New snippet',
    field: 'Command',
    open: async window => {
      await page('Snippets')(window)
      await window.getByRole('button', { name: 'New snippet' }).click()
    },
  },
  {
    title: 'Import key',
    field: 'Or paste the key',
    open: async window => {
      await page('Keys')(window)
      await window.getByRole('button', { name: 'Import' }).click()
    },
  },
]

test('Escape and Cancel discard what was typed into a form only after a question', async ({ launch }) => {
  const { page: window } = await launch({ hosts: [{ label: 'box', user: 'me' }] })
  for (const { title, open, field } of forms) {
    await open(window)
    const form = window.getByRole('dialog', { name: title })
    const typed = form.getByRole('textbox', { name: field, exact: true })
    // Nothing is asked while nothing was typed.
    await window.keyboard.press('Escape')
    await expect(form).toBeHidden()
    await open(window)
    await typed.fill('typed by me')
    for (let count = 0; count < 5; count++) await window.keyboard.press('Escape')
    await expect(form.getByText('Discard changes?')).toBeVisible()
    await window.keyboard.press('Enter')
    await expect(form.getByText('Discard changes?')).toBeHidden()
    await expect(typed).toBeFocused()
    await expect(typed).toHaveValue('typed by me')
    await form.getByRole('button', { name: 'Cancel' }).click()
    await form.getByRole('button', { name: 'Discard changes' }).click()
    await expect(form).toBeHidden()
  }
})
