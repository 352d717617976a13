import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, terminal, test, trust } from '../fixtures.ts'

test('a mark before the first Host changes nothing, and a slip in one stops every host of the file', async ({
  launch,
  server,
  sshDir,
}) => {
  const [one, two] = await Promise.all([server({ password: 'first' }), server({ password: 'second' })])
  for (const { port, publicKey } of [one, two]) trust(sshDir, port, publicKey)
  const path = join(sshDir, 'config')
  const own = (port: number) =>
    `  HostName 127.0.0.1\n  User alice\n  Port ${port}\n  PreferredAuthentications password\n`
  const write = (text: string) => writeFileSync(path, text, { mode: 0o600 })
  write(`\uFEFFHost two\n${own(two.port)}Host one\n${own(one.port)}`)
  const { page } = await launch()
  await expect(page.getByRole('button', { name: 'one', exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'two', exact: true }).click()
  const question = page.getByRole('dialog', { name: 'Password for alice@127.0.0.1' })
  await question.getByLabel('Password').fill('second')
  await question.getByRole('button', { name: 'Continue' }).click()
  await expect(terminal(page, 'two').rows).toContainText('ready')
  expect(two.events).toContainEqual(expect.objectContaining({ kind: 'auth', method: 'password', ok: true }))
  expect(one.events).toEqual([])

  write(`Host one\n${own(one.port)}Hots two\n${own(two.port)}`)
  await page.getByRole('tab', { name: 'Home' }).click()
  const note = page.getByRole('note')
  await expect(note).toContainText('Hosts from the SSH config can’t be used until these errors are fixed:')
  await expect(note).toContainText(`${path}, line 6: “hots” is not an ssh_config keyword, perhaps Host is meant.`)
  await page.getByRole('button', { name: 'one', exact: true }).click()
  await expect(terminal(page, 'one').region).toContainText(
    `${path}, line 6: “hots” is not an ssh_config keyword, perhaps Host is meant. Fix it and try again.`,
  )
  expect(one.events).toEqual([])
  expect(two.events.filter(({ kind }) => kind === 'connected')).toHaveLength(1)

  // The terminal is there to try again from, once the file is mended.
  write(`Host one\n${own(one.port)}Host two\n${own(two.port)}`)
  await terminal(page, 'one').region.getByRole('button', { name: 'Try again' }).click()
  await expect(question).toBeVisible()
})
