import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, keyHost, needs, openShell, terminal, test, trust } from './fixtures.ts'
import { startSshd } from './sshd.ts'

/** A name that fish, for which a backslash in single quotes escapes, would run a command of. */
const trap = `\\'; touch PWNED; echo \\'`

/** A server whose user has fish as the login shell. */
async function fishServer(folder: string) {
  const program = join(folder, 'login-shell')
  const script = `#!/bin/bash
export SHELL=$(command -v fish)
case "$SSH_ORIGINAL_COMMAND" in
  internal-sftp*) exec $(command -v /usr/lib/openssh/sftp-server /usr/libexec/sftp-server | head -n 1) ;;
  '') exec fish --no-config -i ;;
  *) exec fish --no-config -c "$SSH_ORIGINAL_COMMAND" ;;
esac
`
  writeFileSync(program, script, { mode: 0o755 })
  return startSshd(join(folder, 'fish'), [`ForceCommand ${program}`])
}

test('a folder and files of any name run nothing on a host with fish', async ({ launch, sshDir, folder }) => {
  needs('fish')
  const sshd = await fishServer(folder)
  const there = join(folder, trap)
  mkdirSync(there)
  writeFileSync(join(there, trap), 'data')
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await page.getByRole('button', { name: 'Files on gpu-box' }).click()
  const region = page.getByRole('region', { name: 'Right pane' })
  await region.getByRole('textbox', { name: 'Path' }).fill(there)
  await page.keyboard.press('Enter')
  const row = region.getByRole('row', { name: trap, exact: true })
  await row.click()
  await page.keyboard.press('Control+D')
  await expect.poll(() => readdirSync(there).length, { timeout: 10_000 }).toBe(2)
  await region.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Open terminal here', exact: true }).click()
  const shell = terminal(page, 'gpu-box')
  await expect(shell.rows).toContainText("cd '/", { timeout: 10_000 })
  await page.keyboard.type('pwd > where\n')
  const where = join(there, 'where')
  await expect.poll(() => existsSync(where) && readFileSync(where, 'utf8'), { timeout: 10_000 }).toBe(`${there}\n`)
  const found = [there, folder, join(folder, 'fish', 'home')].filter(at => existsSync(join(at, 'PWNED')))
  expect(found).toEqual([])
  sshd.kill()
})

test('a link opens with Ctrl alone, and shows where it leads', async ({ launch, sshd, sshDir }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const { app, page } = await launch({ hosts: [keyHost(sshd)] })
  await app.evaluate(({ shell }) => {
    const opened: string[] = []
    Object.assign(globalThis, { opened })
    shell.openExternal = url => (opened.push(url), Promise.resolve())
  })
  const opened = () => app.evaluate(() => (globalThis as unknown as { opened: readonly string[] }).opened)
  const shell = await openShell(page)
  await shell.run(`clear; printf '\\033]8;;https://evil.example/x\\033\\\\https://bank.example\\033]8;;\\033\\\\\\n'`)
  // The output, not the command's own line: xterm.js looks for links in a row once, when the pointer enters it.
  await expect(shell.rows).toHaveText(/^\s*https:\/\/bank\.example/)
  const text = shell.rows.getByText('https://bank.example').first()
  const hint = page.getByRole('tooltip')
  await expect
    .poll(async () => {
      await text.hover({ position: { x: 60, y: 4 }, force: true })
      await text.hover({ position: { x: 50, y: 6 }, force: true })
      return hint.count()
    })
    .toBe(1)
  await expect(hint).toContainText('https://evil.example/x')
  const box = await text.boundingBox()
  if (!box) throw new Error('nothing to click')
  await page.mouse.click(box.x + 50, box.y + 6)
  expect(await opened()).toEqual([])
  await page.keyboard.down('Control')
  await expect
    .poll(async () => {
      await page.mouse.move(box.x + 60, box.y + 4)
      await page.mouse.move(box.x + 50, box.y + 6)
      await page.mouse.click(box.x + 50, box.y + 6)
      return (await opened())[0]
    })
    .toBe('https://evil.example/x')
  await page.keyboard.up('Control')
})
