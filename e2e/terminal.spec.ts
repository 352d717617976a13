import { execFileSync } from 'node:child_process'

import { expect, keyHost, needs, openShell, terminal, test, trust } from './fixtures.ts'

test.beforeEach(({ sshd, sshDir }) => trust(sshDir, sshd.port, sshd.hostKey))

test('the server knows the exact size, also after the window was resized', async ({ launch, sshd }) => {
  const { app, page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  for (const [width, height] of [
    [1000, 640],
    [1300, 820],
  ] as const) {
    await app.evaluate(
      ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
      { width, height },
    )
    // Asked until the shell has heard of the new size. Rows are as many as the screen draws; one character more than
    // the columns fills a row exactly and begins the next.
    await expect(async () => {
      await shell.run('clear; echo size=$(stty size); printf "%*s" $(($(tput cols) + 1)) "" | tr " " =; echo')
      const items = shell.rows.getByRole('listitem')
      const rows = await items.count()
      await expect(shell.rows).toContainText(new RegExp(`size=${rows} \\d+`), { timeout: 1000 })
      const texts = await items.allInnerTexts()
      const cols = Number(/size=\d+ (\d+)/.exec(texts.join('\n'))?.[1])
      const full = texts.findIndex(text => text.trim() === '='.repeat(cols))
      expect(full).toBeGreaterThan(0)
      expect(texts[full + 1]?.trim()).toBe('=')
    }).toPass()
  }
})

test('Ctrl+C stops a flood of output immediately, and the screen shows its end', async ({ launch, sshd }) => {
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  await shell.run("yes 'flood flood flood flood flood flood flood'")
  await expect(shell.rows).toContainText('flood flood')
  await page.keyboard.press('Control+c')
  await shell.prompt()
  await shell.run('seq 100000; echo the-end')
  await expect(shell.rows).toContainText(/100000\s*the-end/, { timeout: 30_000 })
})

test('UTF-8 in fragments, wide characters and typed text arrive intact', async ({ launch, sshd }) => {
  const { app, page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  await shell.run("printf '\\xe2'; sleep 0.2; printf '\\x82'; sleep 0.2; printf '\\xac-euro \\u6f22\\u5b57 end\\n'")
  await expect(shell.rows).toContainText('€-euro 漢字 end')
  await shell.run('echo reading-$((1+1)); cat | od -An -tx1 -c | head -3')
  // Until then the shell takes a paste in brackets.
  await expect(shell.rows).toContainText('reading-2')
  await app.evaluate(({ clipboard }) => clipboard.writeText('äß€'))
  await page.keyboard.press('Control+Shift+V')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Control+d')
  await expect(shell.rows).toContainText('c3 a4 c3 9f e2 82 ac 0a')
})

test('common full-screen programs are drawn correctly', async ({ launch, sshd, folder }) => {
  needs('less', 'vim', 'tmux', 'htop')
  test.setTimeout(120_000)
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  await shell.run(`seq 1000 > ${folder}/numbers; export LC_ALL=C.UTF-8; less ${folder}/numbers`)
  await expect(shell.rows).toContainText('numbers')
  await page.keyboard.press('Shift+G')
  await expect(shell.rows).toContainText('(END)')
  await page.keyboard.type('q')
  await shell.prompt()

  await shell.run(`vim -Nu NONE ${folder}/note`)
  await expect(shell.rows).toContainText(/\[New( File)?\]/)
  await page.keyboard.type('ihello from vim')
  await expect(shell.rows).toContainText('-- INSERT --')
  await page.keyboard.press('Escape')
  await page.keyboard.type(':wq\n')
  await shell.run(`clear; cat ${folder}/note`)
  await expect(shell.rows).toContainText('hello from vim')

  await shell.run(`clear; tmux -f /dev/null -L hawser-e2e new -s work`)
  await expect(shell.rows).toContainText('[work]')
  await page.keyboard.press('Control+b')
  await page.keyboard.type('"')
  await shell.type('echo in-the-lower-pane\n')
  await expect(shell.rows).toContainText(/─{20}[\s\S]*in-the-lower-pane/)
  await page.keyboard.press('Control+b')
  // tmux treats keys that arrive together as a paste.
  await page.keyboard.type('&')
  await expect(shell.rows).toContainText('kill-window')
  await page.keyboard.type('y')
  await expect(shell.rows).toContainText('[exited]')

  await shell.run('clear; htop -d 5')
  await expect(shell.rows).toContainText('F10')
  await page.keyboard.press('q')
  await shell.prompt()
})

test('vttest’s cursor and screen pages are drawn as intended', async ({ launch, sshd }) => {
  needs('vttest')
  test.setTimeout(120_000)
  const { app, page } = await launch({ hosts: [keyHost(sshd)] })
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1000, 640))
  const shell = await openShell(page)
  await shell.run('stty rows 24 cols 80; clear; vttest 24x80.80')
  await expect(shell.rows).toContainText('Enter choice number')
  await shell.type('1\n')
  // The first page frames the screen with E inside asterisks and plus signs.
  await expect(shell.rows).toContainText(/\*{78,80}/)
  await expect(shell.rows).toContainText(/EEEE[\s\S]*The screen should be cleared,\s+and have an unbroken bor-/)
  const menu = async () => {
    await expect(async () => {
      await shell.type('\n')
      await expect(shell.rows).toContainText('Enter choice number', { timeout: 500 })
    }).toPass()
  }
  await menu()
  await shell.type('2\n')
  await expect(shell.rows).toContainText(/three identical lines of \*'s/i)
  await menu()
  await shell.type('0\n')
  await shell.prompt()
})

test('find counts matches with case, whole words and patterns', async ({ launch, sshd }) => {
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  await shell.run("clear; printf 'Needle needle\\nneedles\\n'")
  await expect(shell.rows).toContainText('needles')
  await page.keyboard.press('Control+Shift+F')
  const find = page.getByRole('search', { name: 'Find in terminal' })
  await find.getByRole('searchbox', { name: 'Find' }).fill('needle')
  await expect(find.getByRole('status')).toHaveText(/of 3$/)
  await find.getByRole('button', { name: 'Match case' }).click()
  await expect(find.getByRole('status')).toHaveText(/of 2$/)
  await find.getByRole('button', { name: 'Whole word' }).click()
  await expect(find.getByRole('status')).toHaveText(/of 1$/)
  await find.getByRole('button', { name: 'Whole word' }).click()
  await find.getByRole('button', { name: 'Regular expression' }).click()
  await find.getByRole('searchbox', { name: 'Find' }).fill('^n.{5}s$')
  await expect(find.getByRole('status')).toHaveText(/of 1$/)
  await find.getByRole('searchbox', { name: 'Find' }).fill('(')
  await expect(find.getByRole('status')).toHaveText('Invalid regular expression')
  await page.keyboard.press('Escape')
  await expect(find).toBeHidden()
})

test('panes are split, focused, maximized, broadcast to, and closed', async ({ launch, sshd }) => {
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await openShell(page)
  await page.keyboard.press('Control+Shift+D')
  const panes = page.getByRole('region', { name: 'Terminal gpu-box' })
  await expect(panes).toHaveCount(2)
  await expect(panes.nth(1).getByRole('list')).toContainText(/[$#]\s*$/)
  await page.keyboard.press('Control+Shift+B')
  await expect(panes.first()).toContainText('broadcasting input')
  await page.keyboard.type('echo to-both\n')
  for (const pane of [panes.first(), panes.nth(1)])
    await expect(pane.getByRole('list')).toContainText(/to-both[\s\S]*to-both/)
  await page.keyboard.press('Control+Shift+B')
  await page.keyboard.type('echo only-here\n')
  await expect(panes.nth(1).getByRole('list')).toContainText('only-here')
  await expect(panes.first().getByRole('list')).not.toContainText('only-here')
  await page.keyboard.press('Control+Shift+Z')
  await expect(panes).toHaveCount(1)
  await page.keyboard.press('Control+Shift+Z')
  await expect(panes).toHaveCount(2)
  await panes.first().getByRole('button', { name: 'Split down' }).click()
  await expect(panes).toHaveCount(3)
  await page.keyboard.press('Control+Shift+W')
  await expect(panes).toHaveCount(2)
  await panes.nth(1).getByRole('button', { name: 'Close pane' }).click()
  await expect(panes).toHaveCount(1)
  await expect(panes.first().getByRole('list')).toContainText('to-both')
})

test('a paste is cleaned, and several lines need confirmation if each would run', async ({ launch, sshd }) => {
  const { app, page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  const clip = (text: string) => app.evaluate(({ clipboard }, value) => clipboard.writeText(value), text)
  await clip('echo pasted-\u001b[201~safely')
  await page.keyboard.press('Control+Shift+V')
  await expect(shell.rows).toContainText('echo pasted-[201~safely')
  await page.keyboard.press('Control+c')
  // A paste by the system is cleaned too.
  await page.keyboard.press('Shift+Insert')
  await expect(shell.rows).toContainText(/echo pasted-\[201~safely[\s\S]*echo pasted-\[201~safely/)
  await page.keyboard.press('Control+c')
  await shell.run('exec dash')
  // Until then bash takes a paste in brackets.
  await expect(shell.rows).toContainText(/exec dash\s*[#$]\s*$/)
  await clip('echo single-$((1+2))\n')
  await page.keyboard.press('Control+Shift+V')
  await expect(shell.rows).toContainText('echo single-$((1+2))')
  await expect(shell.rows).not.toContainText('single-3')
  await page.keyboard.press('Enter')
  await expect(shell.rows).toContainText('single-3')
  await clip('echo one-$((40+2))\necho two-$((50+5))\n')
  await page.keyboard.press('Control+Shift+V')
  const dialog = page.getByRole('alertdialog', { name: 'Paste 2 lines?' })
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await page.keyboard.press('Control+Shift+V')
  await dialog.getByRole('button', { name: 'Paste', exact: true }).click()
  await expect(shell.rows).toContainText('one-42')
  await expect(shell.rows).toContainText('two-55')
})

test('hostile output can’t type for the user, take over the title, or freeze the window', async ({
  launch,
  server,
  sshDir,
}) => {
  const hostile = [
    '\u001b]0;' + 'T'.repeat(100_000) + '\u0007',
    '\u001b[999999999b\u001b[999999999S\u001b[999999999T\u001b[999999999L\u001b[999999999M\u001b[999999999Z\u001b[999999999I',
    '\u001b[c'.repeat(20_000),
    '\u0007'.repeat(5_000),
    '\u001b]52;c;cm0gLXJmIC8=\u0007',
    '\u001b]8;;javascript:alert(1)\u0007click\u001b]8;;\u0007',
    '\u001b[2J\u001b[Hstill-alive',
  ].join('')
  const { port, publicKey, events } = await server({
    password: 'pw',
    shell: { base64: Buffer.from(hostile).toString('base64') },
  })
  trust(sshDir, port, publicKey)
  const { app, page } = await launch({ hosts: [{ label: 'evil', port, user: 'me', signIn: 'password' }] })
  await app.evaluate(({ clipboard }) => clipboard.writeText('mine'))
  await page.getByRole('button', { name: 'evil', exact: true }).click()
  await page.getByRole('textbox', { name: 'Password' }).fill('pw')
  await page.keyboard.press('Enter')
  await expect(terminal(page, 'evil').rows).toContainText('still-alive')
  await expect(() => expect(events.some(event => event.kind === 'data')).toBe(true)).toPass()
  const replied = events
    .filter(event => event.kind === 'data')
    .reduce((sum, event) => sum + (event.text?.length ?? 0), 0)
  // Without the limit, 20,000 requests would get 140,000 bytes of replies.
  expect(replied).toBeGreaterThan(0)
  expect(replied).toBeLessThan(70_000)
  await expect(page.getByRole('tab', { name: /^T+…$/ })).toBeVisible()
  expect((await page.getByRole('tab', { name: /^T+…$/ }).innerText()).length).toBeLessThan(300)
  expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toBe('mine')
})

test('a local shell runs and ends with its tab', async ({ launch }) => {
  const { page } = await launch({ settings: { terminal: { localShell: '/bin/sh' } } })
  await page.getByRole('button', { name: 'Open local shell' }).click()
  const shell = terminal(page, 'Local shell')
  await shell.prompt()
  await shell.run('echo pid-$$ $TERM_PROGRAM')
  await expect(shell.rows).toContainText(/pid-\d+ Hawser/)
  const pid = Number(/pid-(\d+)/.exec(await shell.rows.innerText())?.[1])
  await page.getByRole('button', { name: 'Close Local shell' }).click()
  await expect(() => expect(() => execFileSync('kill', ['-0', String(pid)], { stdio: 'ignore' })).toThrow()).toPass()
})

test('the font size changes with the usual shortcuts', async ({ launch, sshd }) => {
  const { page } = await launch({ hosts: [keyHost(sshd)], settings: { appearance: { theme: 'dark' } } })
  const shell = await openShell(page)
  const rows = () => shell.rows.getByRole('listitem').count()
  const before = await rows()
  for (let n = 0; n < 4; n++) await page.keyboard.press('Control+=')
  await expect(async () => expect(await rows()).toBeLessThan(before)).toPass()
  await page.keyboard.press('Control+0')
  await expect(async () => expect(await rows()).toBe(before)).toPass()
})
