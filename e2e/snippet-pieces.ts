import type { ElectronApplication, Locator, Page } from '@playwright/test'

import { seed } from './fixtures.ts'

/** A snippet as it is seeded: what is left out is as usual. */
export interface SeedSnippet {
  readonly id?: string
  readonly name: string
  readonly command: string
  readonly [field: string]: unknown
}

/** Snippets as they would be found at start; without the starters. */
export function seedSnippets(dataDir: string, ...snippets: readonly SeedSnippet[]): void {
  const all = snippets.map(each => ({ id: crypto.randomUUID(), ...each }))
  seed(dataDir, 'snippets.json', { snippets: all, values: {}, used: {} })
}

/** The button of a snippet beside the terminal. */
export function panelButton(page: Page, name: string): Locator {
  const panel = page.getByRole('complementary', { name: 'Side panel' }).getByRole('region', { name: 'Snippets' })
  return panel.getByRole('button', { name, exact: true })
}

/** The panel with what a snippet prints. */
export function runPanel(page: Page, name: string): Locator {
  return page.getByRole('region', { name: `Run ${name}`, exact: true })
}

/** Goes to the page of snippets. */
export async function snippetsPage(page: Page): Promise<Locator> {
  await page.getByRole('link', { name: 'Snippets' }).click()
  return page.getByRole('region', { name: 'Snippets', exact: true })
}

/** What is on the clipboard. */
export function clipboardText(app: ElectronApplication): Promise<string> {
  return app.evaluate(({ clipboard }) => clipboard.readText())
}
