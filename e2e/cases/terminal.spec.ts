import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { ElectronApplication, Page } from '@playwright/test'

import { expect, keyHost, needs, openShell, terminal, test, trust, type Terminal } from '../fixtures.ts'
import { startSshd } from '../sshd.ts'

/** Shows in hexadecimal what arrives key by key, until a q does: after a word, having asked something of the terminal. */
const keyReader = `printf "$2"
stty raw -echo
printf '%s reads\\r\\n' "$1"
while :; do
  bytes=$(dd bs=64 count=1 2>/dev/null | od -An -tx1 | tr -d ' \\n')
  printf '[%s]\\r\\n' "$bytes"
  [ "$bytes" = 71 ] && break
done
stty sane
`

/** Says, after a word, in which column the cursor stands behind a text. */
const columnReader = `stty raw -echo
printf '\\r%s\\033[6n' "$2"
reply=$(dd bs=32 count=1 2>/dev/null | tr -dc '0-9;')
stty sane
printf '\\n%s %s.\\n' "$1" "\${reply#*;}"
`

/** Presses keys while the reader runs, and answers with what it got of each. `name` is a word that no other reader had. */
async function bytesOf(
  { page, shell, keys }: { readonly page: Page; readonly shell: Terminal; readonly keys: readonly string[] },
  name: string,
  request: string,
) {
  await shell.run(`clear; sh ~/keys.sh ${name} '${request}'`)
  const lines = async () => {
    const [, after = ''] = (await shell.rows.innerText()).split(`${name} reads`)
    return [...after.matchAll(/\[([0-9a-f]+)\]/g)].map(([, bytes]) => bytes as string)
  }
  await expect(shell.rows).toContainText(`${name} reads`)
  for (const [index, key] of keys.entries()) {
    await page.keyboard.press(key)
    await expect.poll(lines, { intervals: [50] }).toHaveLength(index + 1)
  }
  const got = await lines()
  await page.keyboard.press('q')
  await shell.prompt()
  return got
}

const clipboardOf = (app: ElectronApplication) => app.evaluate(({ clipboard }) => clipboard.readText())
const base64 = (text: string) => Buffer.from(text).toString('base64')

async function showSettings(page: Page, section: string): Promise<void> {
  await page.getByRole('tab', { name: 'Home' }).click()
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: section }).click()
}

test('control keys and Shift+Enter send xterm’s bytes, and others only while a program asks for them', async ({
  launch,
  sshd,
  sshDir,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  test.setTimeout(120_000)
  writeFileSync(join(sshd.folder, 'home/keys.sh'), keyReader)
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  const keys = ['Control+/', 'Control+2', 'Control+Alt+/', 'Shift+Enter', 'Enter']
  const reader = { page, shell, keys }
  const legacy = ['1f', '00', '1b1f', '0d', '0d']
  expect(await bytesOf(reader, 'plain', '')).toEqual(legacy)
  const hex = (...sequences: readonly string[]) => sequences.map(each => Buffer.from(each).toString('hex'))
  const kitty = hex('\x1b[47;5u', '\x1b[50;5u', '\x1b[47;7u', '\x1b[13;2u', '\r')
  expect(await bytesOf(reader, 'kitty', '\\033[>1u')).toEqual(kitty)
  const others = hex('\x1b[27;5;47~', '\x1b[27;5;50~', '\x1b[27;7;47~', '\x1b[27;2;13~', '\r')
  expect(await bytesOf(reader, 'others', '\\033[<u\\033[>4;2m')).toEqual(others)

  // The program died with all of it on, and its shell too: the next one has an ordinary keyboard.
  await shell.run('clear; printf "\\033[>1u"; exec sleep 0')
  await expect(shell.region.getByRole('status')).toContainText('Press Enter to reconnect')
  await page.keyboard.press('Enter')
  await expect(shell.region.getByRole('status')).toBeHidden()
  expect(await bytesOf(reader, 'again', '')).toEqual(legacy)

  // The app's own shortcuts stay its own.
  await shell.run('clear; sh ~/keys.sh all "\\033[>31u"')
  await expect(shell.rows).toContainText('all reads')
  await page.keyboard.press('Control+Shift+F')
  await expect(page.getByRole('search', { name: 'Find in terminal' })).toBeVisible()
})

test('a program copies to the clipboard once it was allowed to, also by tmux, and never unseen', async ({
  launch,
  sshd,
  sshDir,
}) => {
  needs('tmux')
  trust(sshDir, sshd.port, sshd.hostKey)
  const { app, page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  await app.evaluate(({ clipboard }) => clipboard.writeText('before'))
  const copy = (kind: string, text: string, end: string) => `printf '\\033]52;${kind};${base64(text)}${end}'`
  const question = page.getByRole('group', { name: 'Clipboard request from gpu-box' })
  const notices = page.getByRole('region', { name: 'Notices' })

  await shell.run(copy('c', 'first\nline', '\\007'))
  await expect(question).toContainText('wants to copy 10 characters to the clipboard')
  await expect(question.getByRole('group', { name: 'Text to copy' })).toHaveText('first line')
  // What is typed meanwhile goes to the shell, and answers nothing.
  await page.keyboard.press('Enter')
  await expect(question).toBeVisible()
  expect(await clipboardOf(app)).toBe('before')
  await question.getByRole('button', { name: 'Allow' }).click()
  await expect.poll(() => clipboardOf(app)).toBe('first\nline')
  await expect(notices).toContainText('A program on gpu-box copied 10 characters to the clipboard.')

  await shell.run(copy('', 'by the empty kind', '\\033\\\\'))
  await expect.poll(() => clipboardOf(app)).toBe('by the empty kind')
  await shell.run('tmux -f /dev/null new "tmux set-buffer -w from-tmux; tmux wait done"')
  await expect.poll(() => clipboardOf(app)).toBe('from-tmux')
  await shell.type('\n')
  await expect(question).toBeHidden()

  // Another answer, for a program in a tab that is not in front.
  await showSettings(page, 'Terminal')
  await page.getByRole('button', { name: 'Ask again for gpu-box' }).click()
  await page.getByRole('tab', { name: 'gpu-box' }).click()
  await page.keyboard.press('Control+Shift+D')
  const second = page.getByRole('region', { name: 'Terminal gpu-box' }).nth(1)
  await expect(second.getByRole('list')).toContainText(/[$#]\s*$/)
  await page.keyboard.type(`until [ -e ~/go ]; do sleep 0.1; done; ${copy('c', 'hidden', '\\007')}\n`)
  await page.getByRole('tab', { name: 'Home' }).click()
  writeFileSync(join(sshd.folder, 'home/go'), '')
  const tab = page.getByRole('tab', { name: 'gpu-box' })
  await expect(tab).toHaveAccessibleDescription('A program wants to use the clipboard')
  await tab.click()
  await question.getByRole('button', { name: 'Block' }).click()
  await expect(tab).not.toHaveAccessibleDescription('A program wants to use the clipboard')
  await page.keyboard.type(`${copy('c', 'again', '\\007')}; echo through\n`)
  await expect(second.getByRole('list')).toContainText('through')
  await expect(question).toBeHidden()
  expect(await clipboardOf(app)).toBe('from-tmux')
})

test('LANG and COLORTERM reach a server only where the config sends them', async ({ launch, folder, sshDir }) => {
  const server = await startSshd(join(folder, 'plain'), [`SetEnv HOME=${folder}`])
  try {
    trust(sshDir, server.port, server.hostKey)
    const own = [`HostName 127.0.0.1`, `Port ${server.port}`, `User ${server.user}`, `IdentityFile ${server.folder}/id`]
    const config = `Host sends\n  SendEnv LANG COLORTERM\nHost sends quiet\n  ${own.join('\n  ')}\n  SendEnv -LC_*\n`
    writeFileSync(join(sshDir, 'config'), config, { mode: 0o600 })
    const { page } = await launch({ hosts: [keyHost(server)], env: { LANG: 'en_AU.UTF-8', LC_TIME: 'C.UTF-8' } })
    for (const [name, expected] of [
      ['gpu-box', '<:: >'],
      ['quiet', '<:: >'],
      ['sends', '<en_AU.UTF-8:truecolor: >'],
    ] as const) {
      const shell = await openShell(page, name)
      await shell.run('echo "<$LANG:$COLORTERM:$LC_TIME >"')
      await expect(terminal(page, name).rows).toContainText(expected)
      await page.getByRole('tab', { name: 'Home' }).click()
    }
  } finally {
    server.kill()
  }
})

test('characters have the widths that the server’s programs count with, or those of the setting', async ({
  launch,
  sshd,
  sshDir,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  test.setTimeout(120_000)
  writeFileSync(join(sshd.folder, 'home/column.sh'), columnReader)
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  const texts = ['❤️', '👍🏽', '👨‍👩‍👧', 'กำ']
  const columns = async (widths: string) => {
    const found: number[] = []
    for (const [index, text] of texts.entries()) {
      const name = `${widths}${index}`
      await shell.run(`clear; sh ~/column.sh ${name} ${octal(text)}`)
      const answer = new RegExp(`${name} (\\d+)\\.`)
      await expect(shell.rows).toContainText(answer)
      found.push(Number(answer.exec(await shell.rows.innerText())?.[1]) - 1)
    }
    return found
  }
  expect(await columns('usual')).toEqual([1, 4, 6, 2])
  await showSettings(page, 'Terminal')
  await page.getByRole('combobox', { name: 'Character widths' }).selectOption('graphemes')
  await page.getByRole('tab', { name: 'gpu-box' }).click()
  expect(await columns('graphemes')).toEqual([2, 2, 2, 1])
})

/** A word of the shell with these bytes, typed in ASCII. */
function octal(text: string): string {
  const bytes = [...Buffer.from(text)].map(byte => `\\${byte.toString(8).padStart(3, '0')}`)
  return `"$(printf '${bytes.join('')}')"`
}
