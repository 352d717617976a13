import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, keyHost, openShell, seed, terminal, test, trust } from './fixtures.ts'
import { panelButton, seedSnippets } from './snippet-pieces.ts'

test.beforeEach(({ sshd, sshDir }) => trust(sshDir, sshd.port, sshd.hostKey))

test('a button types and runs its command, another one only types it', async ({ launch, sshd, dataDir }) => {
  seedSnippets(
    dataDir,
    { name: 'Say', command: 'echo said-$((40 + 2))', key: 1 },
    { name: 'Leave', command: 'echo left-$((40 + 3))', mode: 'type' },
    { name: 'Where', command: 'pwd', folder: '~/my data' },
    { name: 'Many', command: 'for i in 1 2; do\n\techo "line $i"\ndone' },
  )
  mkdirSync(join(sshd.folder, 'home/my data'), { recursive: true })
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  await panelButton(page, 'Say').click()
  await expect(shell.rows).toContainText('said-42')
  await panelButton(page, 'Leave').click()
  await expect(shell.rows).toContainText('echo left-$((40 + 3))')
  await expect(shell.rows).not.toContainText('left-43')
  // The terminal has the focus again.
  await page.keyboard.press('Enter')
  await expect(shell.rows).toContainText('left-43')
  await panelButton(page, 'Where').click()
  await expect(shell.rows).toContainText(/home\/my data\S/)
  await panelButton(page, 'Many').click()
  await expect(shell.rows).toContainText(/line 1\s*line 2/)
  await shell.run('clear')
  await expect(shell.rows).not.toContainText('said-42')
  await page.keyboard.press('Control+Shift+1')
  await expect(shell.rows).toContainText('said-42')
  await shell.run('clear')
  await expect(shell.rows).not.toContainText('said-42')
  await page.keyboard.press('Control+Shift+P')
  await page.getByRole('combobox', { name: 'Search hosts and commands' }).fill('run say')
  await page.keyboard.press('Enter')
  await expect(shell.rows).toContainText('said-42')
})

test('a new snippet is made from the last command, and from the selection', async ({ launch, sshd, dataDir }) => {
  seedSnippets(dataDir)
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  await shell.run('echo one two three')
  await expect(shell.rows).toContainText(/three\s*one two three/)
  await page.keyboard.press('Control+Shift+P')
  await page.getByRole('combobox', { name: 'Search hosts and commands' }).fill('new snippet from last')
  await page.keyboard.press('Enter')
  const form = page.getByRole('dialog', { name: 'New snippet' })
  await expect(form.getByRole('textbox', { name: 'Command' })).toHaveValue('echo one two three')
  await form.getByRole('textbox', { name: 'Name' }).fill('Count')
  await form.getByRole('button', { name: 'Save' }).click()
  await panelButton(page, 'Count').click()
  await expect(shell.rows).toContainText(/three.*three.*three.*three/)
  await shell.run('echo four')
  await expect(shell.rows).toContainText(/four\s*four/)
  await page.keyboard.press('Control+Shift+P')
  await page.getByRole('combobox', { name: 'Search hosts and commands' }).fill('new snippet from last')
  await page.keyboard.press('Enter')
  await expect(form.getByRole('textbox', { name: 'Command' })).toHaveValue('echo four')
  await form.getByRole('button', { name: 'Cancel' }).click()

  // Several lines with continuation prompts.
  const lastIs = async (text: string | RegExp) => {
    await page.keyboard.press('Control+Shift+P')
    await page.getByRole('combobox', { name: 'Search hosts and commands' }).fill('new snippet from last')
    await page.keyboard.press('Enter')
    await expect(form.getByRole('textbox', { name: 'Command' })).toHaveValue(text)
    await form.getByRole('button', { name: 'Cancel' }).click()
  }
  await shell.run('for i in 1 2; do')
  await expect(shell.rows).toContainText(/>\s*$/)
  await shell.run('echo "five $i"')
  await expect(shell.rows).toContainText(/echo "five \$i".*>\s*$/)
  await shell.run('done')
  await expect(shell.rows).toContainText('five 2')
  await lastIs('for i in 1 2; do\necho "five $i"\ndone')

  await shell.run('clear; echo $((6 * 7))-selected')
  await expect(shell.rows).toContainText('42-selected')
  await page.keyboard.press('Control+Shift+A')
  await page.keyboard.press('Control+Shift+M')
  await expect(form.getByRole('textbox', { name: 'Command' })).toHaveValue(/42-selected/)
})

test('a start-up snippet of a host runs when a terminal opens on it', async ({ launch, sshd, dataDir }) => {
  const id = crypto.randomUUID()
  seedSnippets(
    dataDir,
    { name: 'First', command: 'export GREETING=hello', onConnect: { hosts: [id], groups: [] } },
    { name: 'Second', command: 'echo "$GREETING-from-{{host}}"', onConnect: { hosts: [id], groups: [] } },
  )
  const { page } = await launch({ hosts: [{ ...keyHost(sshd), id }, keyHost(sshd, 'other')] })
  const shell = await openShell(page)
  await expect(shell.rows).toContainText('hello-from-gpu-box')
  await page.getByRole('tab', { name: 'Home' }).click()
  await page.getByRole('button', { name: 'other', exact: true }).click()
  const other = terminal(page, 'other')
  await other.prompt()
  await other.run('echo "[$GREETING]"')
  await expect(other.rows).toContainText('[]')
})

test('a start-up snippet of a group waits for its values, and other snippets run after it', async ({
  launch,
  sshd,
  dataDir,
}) => {
  const [groupId, hostId] = [crypto.randomUUID(), crypto.randomUUID()]
  seedSnippets(
    dataDir,
    { name: 'Greet', command: 'export GREETING={{word}}', onConnect: { hosts: [], groups: [groupId] } },
    { name: 'Tell', command: 'echo "$GREETING-told"' },
  )
  seed(dataDir, 'hosts.json', {
    hosts: [{ ...keyHost(sshd), id: hostId, address: '127.0.0.1', groupId }],
    groups: [{ id: groupId, label: 'Lab' }],
  })
  const { page } = await launch()
  await page.getByRole('button', { name: 'gpu-box', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Run Greet' })
  await dialog.getByRole('textbox', { name: 'word' }).fill("it's me")
  await dialog.getByRole('button', { name: 'Run', exact: true }).click()
  const shell = terminal(page, 'gpu-box')
  await expect(shell.rows).toContainText('export GREETING=')
  await panelButton(page, 'Tell').click()
  await expect(shell.rows).toContainText("it's me-told")
})

test('during a broadcast a snippet is typed once into each pane, and a disconnected terminal reconnects first', async ({
  launch,
  sshd,
  dataDir,
}) => {
  seedSnippets(dataDir, { name: 'Count', command: 'echo "n=$((n += 1))"' })
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  await page.getByRole('button', { name: 'Split right' }).click()
  const other = terminal(page, 'gpu-box 2')
  await other.prompt()
  await panelButton(page, 'Count').click()
  await expect(other.rows).toContainText('n=1')
  await expect(shell.rows).not.toContainText('n=1')
  await page.keyboard.press('Control+Shift+B')
  await expect(page.getByText('broadcasting input').first()).toBeVisible()
  await panelButton(page, 'Count').click()
  await expect(other.rows).toContainText('n=2')
  await expect(shell.rows).toContainText('n=1')
  await page.keyboard.press('Control+Shift+B')
  await other.run('exit 7')
  await expect(other.region.getByRole('status').filter({ hasText: 'exited with code 7' })).toBeVisible()
  await panelButton(page, 'Count').click()
  await expect(other.rows).toContainText(/n=2.*n=1/)
  await expect(shell.rows).not.toContainText('n=2')
})

test('a local shell offers only snippets that are typed', async ({ launch, dataDir }) => {
  seedSnippets(
    dataDir,
    { name: 'Where', command: 'echo on-{{host}}-as-{{local-user}}' },
    { name: 'Background', command: 'uptime', mode: 'background' },
  )
  const { page } = await launch({ hosts: [], settings: { terminal: { localShell: '/bin/sh' } } })
  await page.keyboard.press('Control+Shift+`')
  const shell = terminal(page, 'Local shell')
  await shell.prompt()
  await panelButton(page, 'Where').click()
  await expect(shell.rows).toContainText(/on-\S+-as-\S+/)
  await expect(panelButton(page, 'Background')).toBeHidden()
})

test('a selection is sent to the shell as a whole, from a terminal, a preview and the editor', async ({
  launch,
  sshd,
}) => {
  writeFileSync(
    join(sshd.folder, 'home/work.sh'),
    'first() {\n\techo "in $1"\n}\nfirst line\n# %%\nfor i in 1 2; do\n\tfirst "cell $i"\ndone\n',
  )
  const { app, page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  await shell.run("clear; printf 'echo sent-$((2 + %s))' 3; echo")
  const printed = shell.rows.getByRole('listitem').filter({ hasText: /^echo sent-/ })
  const box = await printed.boundingBox()
  if (!box) throw new Error('The line is not on the screen.')
  await page.mouse.click(box.x + 20, box.y + box.height / 2, { clickCount: 3 })
  await page.keyboard.press('Control+Shift+Enter')
  await expect(shell.rows).toContainText('sent-5')
  await app.evaluate(({ clipboard }) => clipboard.writeText('if true\nthen echo pasted-$((3 * 3))\nfi'))
  await page.keyboard.press('Control+Shift+P')
  await page.getByRole('combobox', { name: 'Search hosts and commands' }).fill('send clipboard')
  await page.keyboard.press('Enter')
  await expect(shell.rows).toContainText('pasted-9')
  await page.getByRole('tab', { name: 'Home' }).click()
  await page.getByRole('button', { name: 'Files on gpu-box' }).click()
  const file = page.getByRole('region', { name: 'Right pane' }).getByRole('row', { name: /work\.sh/ })
  await file.click()
  await page.keyboard.press('F3')
  const preview = page.getByRole('dialog', { name: 'work.sh' })
  await preview.getByRole('textbox', { name: 'Contents' }).getByText('# %%').click({ clickCount: 3 })
  await page.keyboard.press('Shift+ArrowUp')
  await preview.getByRole('button', { name: 'Send selection to gpu-box' }).click()
  await preview.getByRole('button', { name: 'Close' }).click()
  await file.click()
  await page.keyboard.press('F4')
  const editor = page.getByRole('dialog', { name: 'work.sh' })
  const text = editor.getByRole('textbox', { name: 'Text' })
  await text.focus()
  await page.keyboard.press('Control+Home')
  for (let line = 0; line < 3; line++) await page.keyboard.press('Shift+ArrowDown')
  await editor.getByRole('button', { name: 'Send line or selection to gpu-box' }).click()
  await text.focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Control+Enter')
  await page.keyboard.press('Control+End')
  await page.keyboard.press('Shift+Enter')
  await editor.getByRole('button', { name: 'Close' }).click()
  await page.getByRole('tab', { name: 'gpu-box', exact: true }).click()
  await expect(shell.rows).toContainText('in line')
  await expect(shell.rows).toContainText(/in cell 1\s*in cell 2/)
})

test('code is sent from the editor to a Python console, with its blocks and blank lines', async ({ launch, sshd }) => {
  const code = [
    '# %%',
    'def area(w, h):',
    '    if w < 0:',
    '        raise ValueError(w)',
    '',
    '    return w * h',
    '',
    'print("area", area(6, 7))',
    '# %%',
    'for i in range(2):',
    '    print("row", i)',
    '',
  ].join('\n')
  writeFileSync(join(sshd.folder, 'home/work.py'), code)
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  await shell.run('PYTHON_BASIC_REPL=1 python3 -q')
  await expect(shell.rows).toContainText('>>>')
  await page.getByRole('tab', { name: 'Home' }).click()
  await page.getByRole('button', { name: 'Files on gpu-box' }).click()
  await page
    .getByRole('region', { name: 'Right pane' })
    .getByRole('row', { name: /work\.py/ })
    .click()
  await page.keyboard.press('F4')
  const editor = page.getByRole('dialog', { name: 'work.py' })
  await editor.getByRole('textbox', { name: 'Text' }).focus()
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.press('Shift+Enter')
  await expect(editor.getByRole('status').filter({ hasText: 'Sent 2 times' })).toBeVisible()
  await editor.getByRole('button', { name: 'Close' }).click()
  await page.getByRole('tab', { name: 'gpu-box', exact: true }).click()
  await expect(shell.rows).toContainText('area 42')
  await expect(shell.rows).toContainText(/row 0.*row 1/)
  await expect(shell.rows).not.toContainText(/(Indentation|Syntax)Error/)
})
