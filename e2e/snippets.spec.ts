import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, keyHost, needs, openShell, terminal, test, trust } from './fixtures.ts'
import { keygen } from './sshd.ts'
import { clipboardText, panelButton, runPanel, seedSnippets, snippetsPage } from './snippet-pieces.ts'

test.beforeEach(({ sshd, sshDir }) => trust(sshDir, sshd.port, sshd.hostKey))

// A failed test must not leave a tmux server behind.
test.afterEach(({ sshd }) => {
  const env = { ...process.env, TMUX_TMPDIR: join(sshd.folder, 'home') }
  spawnSync('tmux', ['kill-server'], { env, stdio: 'ignore' })
})

test('a snippet prompts for its values: a default, a choice and a hidden one, and shows its output in a panel', async ({
  launch,
  sshd,
  dataDir,
}) => {
  const { app, page } = await launch({ hosts: [keyHost(sshd)] })
  const region = await snippetsPage(page)
  await page.getByRole('button', { name: 'New snippet' }).click()
  const form = page.getByRole('dialog', { name: 'New snippet' })
  await form.getByRole('textbox', { name: 'Name' }).fill('Greet')
  await form
    .getByRole('textbox', { name: 'Command' })
    .fill(`printf '%s|' {{greeting:good day}} "{{who|me|you|it's "all"}}" {{word!}} {{host}} {{user}}; echo; exit 3`)
  await expect(form.getByRole('list', { name: 'Variables' }).getByRole('listitem')).toHaveCount(5)
  // A hidden value can't be typed into a terminal.
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form.getByRole('alert')).toContainText('A hidden value would be visible in the terminal')
  await form.getByRole('combobox', { name: 'Run mode' }).selectOption({ label: 'In the background, output in a panel' })
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form).toBeHidden()

  await region.getByRole('button', { name: 'Greet', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Run Greet' })
  await expect(dialog.getByRole('textbox', { name: 'greeting' })).toHaveValue('good day')
  await dialog.getByRole('combobox', { name: 'who' }).selectOption(`it's "all"`)
  await dialog.getByRole('textbox', { name: 'word' }).fill('canary-$HOME')
  await dialog.getByRole('textbox', { name: 'greeting' }).fill(`hi'; $(id) "x`)
  // The only host is selected from the start.
  const box = dialog.getByRole('list', { name: 'Hosts' }).getByRole('checkbox', { name: 'gpu-box' })
  await box.uncheck()
  await dialog.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(dialog.getByRole('alert')).toHaveText('Choose at least one host.')
  await box.check()
  await expect(dialog.getByLabel('Command to run')).toContainText('•••')
  await expect(dialog.getByLabel('Command to run')).not.toContainText('canary')
  await dialog.getByRole('button', { name: 'Run', exact: true }).click()
  const panel = runPanel(page, 'Greet')
  await expect(panel.getByLabel('Output of gpu-box')).toHaveText(
    `hi'; $(id) "x|it's "all"|canary-$HOME|gpu-box|${sshd.user}|`,
  )
  await expect(panel.getByRole('status')).toHaveText('exit code 3')
  await expect(panel).toContainText('exit code 3')
  await panel.getByRole('button', { name: 'Copy output' }).click()
  await expect.poll(() => clipboardText(app)).toContain('canary-$HOME')

  // The last values are filled in, except for hidden ones.
  await region.getByRole('button', { name: 'Greet', exact: true }).click()
  await expect(dialog.getByRole('textbox', { name: 'greeting' })).toHaveValue(`hi'; $(id) "x`)
  await expect(dialog.getByRole('combobox', { name: 'who' })).toHaveValue(`it's "all"`)
  await expect(dialog.getByRole('textbox', { name: 'word' })).toHaveValue('')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await panel.getByRole('button', { name: 'Close run' }).click()
  await expect(panel).toBeHidden()
  await expect.poll(() => readFileSync(join(dataDir, 'snippets.json'), 'utf8')).toContain('good day')
  expect(readFileSync(join(dataDir, 'snippets.json'), 'utf8')).not.toContain('canary')
})

test('a snippet runs on three hosts, differences are shown, and failed hosts are retried', async ({
  launch,
  sshd,
  dataDir,
  folder,
}) => {
  const flag = join(folder, 'flag')
  seedSnippets(dataDir, {
    name: 'Check',
    command: `[ {{host}} = c ] && [ ! -e ${flag} ] && { echo broken >&2; exit 4; }\necho fine`,
    mode: 'background',
  })
  const { app, page } = await launch({ hosts: ['a', 'b', 'c'].map(label => keyHost(sshd, label)) })
  const region = await snippetsPage(page)
  await region.getByRole('button', { name: 'Check', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Run Check' })
  await dialog.getByRole('button', { name: 'All hosts' }).click()
  await dialog.getByRole('button', { name: 'Run', exact: true }).click()
  const panel = runPanel(page, 'Check')
  await expect(panel.getByRole('status')).toHaveText('3 finished · 1 failed · 1 with different output')
  await expect(panel.getByRole('list', { name: 'Hosts with outcome 1' }).getByRole('listitem')).toHaveCount(2)
  const odd = panel.getByRole('list', { name: 'Hosts with outcome 2' })
  await odd.getByRole('button', { name: /^c exit code 4/ }).click()
  await expect(panel.getByLabel('Output of c')).toHaveText('broken')
  writeFileSync(flag, '')
  await panel.getByRole('button', { name: 'Retry failed' }).click()
  await expect(panel.getByRole('status')).toHaveText('3 finished · same output')
  await expect(panel.getByLabel('Output of c')).toHaveText('fine')
  await panel.getByRole('button', { name: 'Copy all output' }).click()
  await expect
    .poll(() => clipboardText(app))
    .toBe(['a', 'b', 'c'].map(each => `=== ${each}: exit 0 ===\nfine\n`).join('\n'))
  await app.evaluate(({ dialog: native }, path) => {
    native.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] })
  }, folder)
  await panel.getByRole('button', { name: 'Save all output' }).click()
  await expect(page.getByRole('region', { name: 'Notices' })).toContainText('Saved to')
  await page.getByRole('link', { name: 'Activity' }).click()
  await expect(page.getByText('Check: 1 of 3 failed')).toBeVisible()
  await expect(page.getByText('Check: finished')).toBeVisible()
})

test('hosts that are not connected prompt one at a time, and each fills in its own variables', async ({
  launch,
  sshd,
  dataDir,
  sshDir,
}) => {
  const labels = ['first', 'second']
  for (const label of labels) {
    keygen(join(sshDir, label), 'ed25519', `word of ${label}`)
    sshd.authorize(readFileSync(join(sshDir, `${label}.pub`), 'utf8'))
  }
  const command = 'echo {{host}} {{address}} {{user}} {{port}} {{date}} {{local-user}}'
  seedSnippets(dataDir, { name: 'Who', command, mode: 'background' })
  const hosts = labels.map(label => ({ ...keyHost(sshd, label), keyFile: join(sshDir, label) }))
  const { page } = await launch({ hosts })
  const region = await snippetsPage(page)
  await region.getByRole('button', { name: 'Who', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Run Who' })
  await dialog.getByRole('button', { name: 'All hosts' }).click()
  await dialog.getByRole('button', { name: 'Run', exact: true }).click()
  const question = page.getByRole('dialog', { name: /^Passphrase for (first|second)$/ })
  for (let asked = 0; asked < 2; asked++) {
    await expect(question).toHaveCount(1)
    const title = (await question.getByRole('heading').innerText()).replace('Passphrase for ', '')
    await question.getByRole('textbox').fill(`word of ${title}`)
    await question.getByRole('button', { name: 'Continue' }).click()
    await expect(page.getByRole('dialog', { name: `Passphrase for ${title}` })).toHaveCount(0)
  }
  const panel = runPanel(page, 'Who')
  // Their names differ, so their output does.
  await expect(panel.getByRole('status')).toHaveText('2 finished · 1 with different output')
  const day = new Date().toLocaleDateString('sv-SE')
  for (const label of labels) {
    await panel.getByRole('button', { name: new RegExp(`^${label} exit code 0`) }).click()
    await expect(panel.getByLabel(`Output of ${label}`)).toHaveText(
      `${label} 127.0.0.1 ${sshd.user} ${sshd.port} ${day} ${sshd.user}`,
    )
  }
})

test('a run is stopped, or fails with its connection, and shows it', async ({ launch, sshd, dataDir }) => {
  seedSnippets(dataDir, { name: 'Wait', command: 'echo begun; sleep 100; echo never', mode: 'background' })
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await openShell(page)
  await panelButton(page, 'Wait').click()
  const panel = runPanel(page, 'Wait')
  await expect(panel.getByLabel('Output of gpu-box')).toHaveText('begun')
  await expect(panel.getByRole('status')).toHaveText('running')
  await panel.getByRole('button', { name: 'Stop', exact: true }).click()
  await expect(panel).toContainText('stopped')
  await panel.getByRole('button', { name: 'Run again' }).click()
  await expect(panel).toContainText('running')
  await expect(panel.getByLabel('Output of gpu-box')).toHaveText('begun')
  sshd.kill()
  await expect(panel.getByRole('alert')).toContainText('connection')
  await expect(panel).toContainText('failed')
})

test('quitting Hawser ends background runs on the host', async ({ launch, sshd, dataDir, folder }) => {
  const path = join(folder, 'pid')
  seedSnippets(dataDir, { name: 'Long', command: `echo $$ > ${path}\necho begun\nsleep 7777`, mode: 'background' })
  const hawser = await launch({ ownProcess: true, hosts: [keyHost(sshd)] })
  const region = await snippetsPage(hawser.page)
  // Enter runs a single search result.
  await region.getByRole('textbox', { name: 'Find a snippet' }).fill('lon')
  await hawser.page.keyboard.press('Enter')
  const dialog = hawser.page.getByRole('dialog', { name: 'Run Long' })
  await dialog.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(runPanel(hawser.page, 'Long').getByLabel('Output of gpu-box')).toHaveText('begun')
  const pid = Number(readFileSync(path, 'utf8'))
  expect(existsSync(`/proc/${pid}`)).toBe(true)
  await hawser.close()
  await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false)
})

test('a snippet with confirmation asks before it runs', async ({ launch, sshd, dataDir, folder }) => {
  const mark = join(folder, 'mark')
  seedSnippets(dataDir, { name: 'Wipe', command: `touch {{file:${mark}}}`, mode: 'send', confirm: true })
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  await panelButton(page, 'Wipe').click()
  await page.getByRole('dialog', { name: 'Run Wipe' }).getByRole('button', { name: 'Run', exact: true }).click()
  const alert = page.getByRole('alertdialog', { name: 'Run Wipe?' })
  await expect(alert).toContainText('On gpu-box')
  await expect(alert.getByLabel('Command to run')).toHaveText(`touch '${mark}'`)
  await alert.getByRole('button', { name: 'Cancel' }).click()
  // Cancel returns to the typed values.
  const asked = page.getByRole('dialog', { name: 'Run Wipe' })
  await expect(asked.getByRole('textbox', { name: 'file' })).toHaveValue(mark)
  await asked.getByRole('button', { name: 'Cancel' }).click()
  await shell.run('echo checked-$((1 + 1))')
  await expect(shell.rows).toContainText('checked-2')
  expect(existsSync(mark)).toBe(false)
  await panelButton(page, 'Wipe').click()
  await page.getByRole('dialog', { name: 'Run Wipe' }).getByRole('button', { name: 'Run', exact: true }).click()
  await alert.getByRole('button', { name: 'Run', exact: true }).click()
  await expect.poll(() => existsSync(mark)).toBe(true)
})

test('a snippet of the page opens a terminal and is typed into it, and another one starts in tmux', async ({
  launch,
  sshd,
  dataDir,
}) => {
  needs('tmux')
  writeFileSync(join(sshd.folder, 'home/.profile'), `export TMUX_TMPDIR=${join(sshd.folder, 'home')}\n`)
  seedSnippets(
    dataDir,
    { name: 'Hello', command: 'echo hello-from-{{host}}' },
    { name: 'Train', command: 'echo epoch-{{number:7}}', mode: 'tmux' },
  )
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const region = await snippetsPage(page)
  await region.getByRole('button', { name: 'Hello', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Run Hello' })
  await dialog.getByRole('checkbox', { name: 'gpu-box' }).check()
  await dialog.getByRole('button', { name: 'Run', exact: true }).click()
  await expect(terminal(page, 'gpu-box').rows).toContainText('hello-from-gpu-box')

  await panelButton(page, 'Train').click()
  await page.getByRole('dialog', { name: 'Run Train' }).getByRole('button', { name: 'Run', exact: true }).click()
  const panel = runPanel(page, 'Train')
  await expect(panel.getByLabel('Output of gpu-box')).toHaveText('Running in window 0 of the tmux session hawser.')
  await panel.getByRole('button', { name: 'Open in terminal' }).click()
  const tmux = terminal(page, 'gpu-box')
  await expect(tmux.rows).toContainText('epoch-7')
  await expect(tmux.rows).toContainText('Train')
  await tmux.type('tmux kill-server\n')
  await expect(tmux.rows).toContainText(/exited|no server|lost/)
})

test('a snippet is found and run with the keyboard only', async ({ launch, sshd }) => {
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await page.keyboard.press('Control+Shift+S')
  const region = page.getByRole('region', { name: 'Snippets', exact: true })
  // The ten starters are there from the start.
  await expect(region.getByRole('button', { name: 'GPU memory by user', exact: true })).toBeVisible()
  await region.getByRole('textbox', { name: 'Find a snippet' }).focus()
  await page.keyboard.type('disk')
  const card = region.getByRole('button', { name: 'Disk usage by folder', exact: true })
  await expect(region.getByRole('button', { name: 'Slurm queue', exact: true })).toBeHidden()
  for (let steps = 0; steps < 10 && !(await card.evaluate(element => element === document.activeElement)); steps++)
    await page.keyboard.press('Tab')
  await expect(card).toBeFocused()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Run Disk usage by folder' })
  await expect(dialog.getByRole('textbox', { name: 'folder' })).toBeFocused()
  const box = dialog.getByRole('checkbox', { name: 'gpu-box' })
  for (let steps = 0; steps < 10 && !(await box.evaluate(element => element === document.activeElement)); steps++)
    await page.keyboard.press('Tab')
  await expect(box).toBeChecked()
  await page.keyboard.press('Enter')
  await expect(runPanel(page, 'Disk usage by folder').getByLabel('Output of gpu-box')).toContainText('Filesystem')
})

test('snippets are exported to a file and imported, also from other programs', async ({ launch, dataDir, folder }) => {
  seedSnippets(dataDir, { name: 'Mine', command: 'echo {{a:b}}', tags: ['x'] })
  const { app, page } = await launch({ hosts: [] })
  const region = await snippetsPage(page)
  const choose = (path: string) =>
    app.evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
    }, path)
  const notices = page.getByRole('region', { name: 'Notices' })
  const more = async (item: string) => {
    await region.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: item }).click()
  }
  await choose(folder)
  await more('Export all snippets')
  await expect(notices).toContainText('hawser-snippets.json')
  const written = JSON.parse(readFileSync(join(folder, 'hawser-snippets.json'), 'utf8')) as { snippets: unknown }
  expect(written.snippets).toEqual([{ name: 'Mine', command: 'echo {{a:b}}', tags: ['x'] }])
  await region.getByRole('button', { name: 'Actions for Mine' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('alertdialog', { name: 'Delete Mine?' }).getByRole('button', { name: 'Delete' }).click()
  await expect(region).toContainText('No snippets yet')
  await choose(join(folder, 'hawser-snippets.json'))
  await more('Import snippets')
  await expect(region.getByRole('button', { name: 'Mine', exact: true })).toBeVisible()
  const electerm = join(folder, 'electerm.json')
  writeFileSync(
    electerm,
    JSON.stringify([{ name: 'Theirs', commands: [{ command: 'uptime', delay: 100 }], labels: [], id: 'x' }]),
  )
  await choose(electerm)
  await more('Import snippets')
  await expect(region.getByRole('button', { name: 'Theirs', exact: true })).toBeVisible()
  await choose(join(dataDir, 'hosts.json'))
  await more('Import snippets')
  await expect(notices).toContainText('There are no snippets in this file.')
  await more('Restore starter snippets')
  await expect(region.getByRole('button', { name: 'Slurm queue', exact: true })).toBeVisible()
})
