import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Page } from '@playwright/test'

import { expect, keyHost, openShell, terminal, test, trust, type Hawser, type LaunchOptions } from './fixtures.ts'
import type { Sshd } from './sshd.ts'

interface Given {
  readonly launch: (options?: LaunchOptions) => Promise<Hawser>
  readonly sshd: Sshd
  readonly sshDir: string
  readonly folder: string
}

/** gpu-box on the right, in a folder that was filled before. */
async function rightPane({ launch, sshd, sshDir, folder }: Given) {
  trust(sshDir, sshd.port, sshd.hostKey)
  const there = join(folder, 'there')
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  await page.getByRole('button', { name: 'Files on gpu-box' }).click()
  const region = page.getByRole('region', { name: 'Right pane' })
  await region.getByRole('textbox', { name: 'Path' }).fill(there)
  await page.keyboard.press('Enter')
  await expect(region.getByRole('textbox', { name: 'Path' })).toHaveValue(there)
  await expect(region.getByRole('grid', { name: 'Files' })).toHaveAttribute('aria-busy', 'false')
  const row = (name: string) => region.getByRole('row', { name, exact: true })
  return { page, region, row, there }
}

async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole('menuitem', { name, exact: true }).click()
}

const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAIAAAA2iEnWAAAAFklEQVR4nGP8z8DAwMDAxMDAwMDAAAANHQEDasKb6QAAAABJRU5ErkJggg=='

function numpyHeader(): Buffer {
  const text = "{'descr': '<f4', 'fortran_order': False, 'shape': (1000, 3, 224), }".padEnd(117) + '\n'
  return Buffer.concat([Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]), Buffer.from(text)])
}

test('files are shown by what they are, and nothing in them runs', async ({ launch, sshd, sshDir, folder }) => {
  const there = join(folder, 'there')
  mkdirSync(there)
  const write = (name: string, data: string | Buffer) => writeFileSync(join(there, name), data)
  write('plot.png', Buffer.from(pixel, 'base64'))
  write('README.md', '# Title\n\n<script>document.title = "owned"</script>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n')
  write('loss.csv', 'step,loss\n1,0.5\n2,0.25\n')
  write('batch.npy', Buffer.concat([numpyHeader(), Buffer.alloc(4096)]))
  write('run.log', Array.from({ length: 20_000 }, (_each, index) => `line ${index}`).join('\n'))
  write('model.bin', Buffer.from([0, 1, 2, 3, 0xff]))
  const cells = [
    { cell_type: 'markdown', source: ['## Results'] },
    {
      cell_type: 'code',
      source: 'print(1)',
      outputs: [
        { output_type: 'stream', name: 'stdout', text: ['one\n'] },
        {
          output_type: 'display_data',
          data: { 'text/html': '<img src=x onerror="document.title=1">', 'text/plain': 'plain' },
        },
      ],
    },
  ]
  write('notes.ipynb', JSON.stringify({ nbformat: 4, cells }))
  const { page, row } = await rightPane({ launch, sshd, sshDir, folder })
  const shown: Readonly<Record<string, string>> = {
    'README.md': 'Title',
    'loss.csv': '0.25',
    'batch.npy': '1000 × 3 × 224',
    'run.log': 'line 19999',
    'model.bin': '00 01 02 03 ff',
    'notes.ipynb': 'Results',
  }
  for (const [name, text] of Object.entries(shown)) {
    await row(name).dblclick()
    const dialog = page.getByRole('dialog', { name, exact: true })
    if (name === 'run.log') await dialog.getByRole('checkbox', { name: 'Follow (tail -f)' }).check()
    await expect(dialog).toContainText(text)
    if (name === 'run.log') {
      writeFileSync(join(there, name), '\nthe newest line', { flag: 'a' })
      await expect(dialog).toContainText('the newest line')
    }
    if (name === 'notes.ipynb') await expect(dialog).toContainText('plain')
    await dialog.getByRole('button', { name: 'Close' }).click()
  }
  await row('plot.png').dblclick()
  await expect(page.getByRole('dialog', { name: 'plot.png' })).toContainText('2 × 3')
  await page.keyboard.press('Escape')
  expect(await page.title()).not.toContain('owned')
})

test('permissions, checksum, archive and search are done on the far side', async ({ launch, sshd, sshDir, folder }) => {
  const there = join(folder, 'there')
  mkdirSync(join(there, 'deep', 'er'), { recursive: true })
  writeFileSync(join(there, 'run.sh'), 'echo hi\n', { mode: 0o644 })
  writeFileSync(join(there, 'deep', 'er', 'Needle in hay.txt'), 'x')
  symlinkSync('run.sh', join(there, 'link'))
  const { page, row, region } = await rightPane({ launch, sshd, sshDir, folder })
  await row('run.sh').click()
  await page.keyboard.press('Alt+Enter')
  const dialog = page.getByRole('dialog', { name: 'Properties of run.sh' })
  await dialog.getByRole('button', { name: 'Copy checksum' }).click()
  await expect(dialog.getByRole('status', { name: 'SHA-256' })).toHaveText(/^[0-9a-f]{64}$/)
  await dialog.getByRole('checkbox', { name: 'Owner: Execute' }).check()
  await expect(dialog.getByRole('textbox', { name: 'Octal' })).toHaveValue('744')
  await dialog.getByRole('textbox', { name: 'Octal' }).fill('750')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(row('run.sh')).toContainText('-rwxr-x---')
  expect(statSync(join(there, 'run.sh')).mode & 0o777).toBe(0o750)
  await expect(row('link')).toContainText('lrwxrwxrwx')
  await row('deep').click({ button: 'right' })
  await choose(page, 'Compress')
  await page.getByRole('dialog', { name: 'Compress 1 item' }).getByRole('button', { name: 'Compress' }).click()
  await expect(row('deep.tar.gz')).toBeVisible()
  await row('deep.tar.gz').click({ button: 'right' })
  await expect(page.getByRole('menuitem', { name: 'Extract here' })).toBeVisible()
  await page.keyboard.press('Escape')
  await region.getByRole('button', { name: 'More actions' }).click()
  await choose(page, 'Find files')
  await page.getByRole('dialog', { name: 'Find files' }).getByRole('textbox', { name: 'Name' }).fill('needle')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'deep/er/Needle in hay.txt' }).click()
  await expect(row('Needle in hay.txt')).toHaveAttribute('aria-selected', 'true')
})

test('two folders are compared, browsed together, and what differs is copied', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  const [here, there] = [join(folder, 'here'), join(folder, 'there')]
  for (const path of [here, there]) mkdirSync(join(path, 'sub'), { recursive: true })
  writeFileSync(join(here, 'same.txt'), 'same')
  writeFileSync(join(there, 'same.txt'), 'same')
  writeFileSync(join(there, 'only-there.txt'), 'x')
  const { page, region, row } = await rightPane({ launch, sshd, sshDir, folder })
  const left = page.getByRole('region', { name: 'Left pane' })
  await left.getByRole('textbox', { name: 'Path' }).fill(here)
  await page.keyboard.press('Enter')
  await expect(left.getByRole('row', { name: 'same.txt', exact: true })).toBeVisible()
  await region.getByRole('button', { name: 'More actions' }).click()
  await choose(page, 'Compare with other pane')
  await expect(row('only-there.txt')).toContainText('only here')
  await expect(row('same.txt')).toHaveAttribute('aria-selected', 'false')
  await region.getByRole('grid', { name: 'Files' }).focus()
  await page.keyboard.press('F5')
  await expect(left.getByRole('row', { name: 'only-there.txt', exact: true })).toBeVisible()
  await region.getByRole('button', { name: 'More actions' }).click()
  await choose(page, 'Sync browsing')
  await row('sub').dblclick()
  await expect(left.getByRole('textbox', { name: 'Path' })).toHaveValue(join(here, 'sub'))
})

test('a terminal opens in the folder of a pane', async ({ launch, sshd, sshDir, folder }) => {
  mkdirSync(join(folder, 'there'))
  const { page, region } = await rightPane({ launch, sshd, sshDir, folder })
  await region.getByRole('button', { name: 'More actions' }).click()
  await choose(page, 'Open terminal here')
  const shell = terminal(page, 'gpu-box')
  await shell.prompt()
  await shell.run('pwd > where')
  await expect.poll(() => readText(join(folder, 'there', 'where'))).toBe(`${join(folder, 'there')}\n`)
})

test('the files of a terminal open in the folder that its shell tells', async ({ launch, sshd, sshDir, folder }) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const there = join(folder, 'where it is')
  mkdirSync(there)
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  await shell.run(`printf '\\033]7;file://box%s\\007' '${there.replaceAll(' ', '%20')}'; echo told`)
  await expect(shell.rows).toContainText('told')
  await page.keyboard.press('Control+Shift+P')
  await page.keyboard.type('Open files for this terminal')
  await page.keyboard.press('Enter')
  const right = page.getByRole('region', { name: 'Right pane' })
  await expect(right.getByRole('textbox', { name: 'Path' })).toHaveValue(there)
})

test('a file is edited in a local editor, and what is saved goes back, never over what others wrote', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const there = join(folder, 'there')
  mkdirSync(there)
  const remote = join(there, 'conf.yaml')
  writeFileSync(remote, 'lr: 1\n', { mode: 0o640 })
  // An editor that says which file it was given.
  const [editor, opened] = [join(folder, 'editor.sh'), join(folder, 'opened')]
  writeFileSync(editor, `#!/bin/sh\nprintf %s "$1" > ${opened}\n`, { mode: 0o755 })
  const { page } = await launch({ hosts: [keyHost(sshd)], settings: { files: { editor } } })
  await page.getByRole('button', { name: 'Files on gpu-box' }).click()
  const region = page.getByRole('region', { name: 'Right pane' })
  await region.getByRole('textbox', { name: 'Path' }).fill(there)
  await page.keyboard.press('Enter')
  await region.getByRole('row', { name: 'conf.yaml', exact: true }).click({ button: 'right' })
  await choose(page, 'Open in external editor')
  await expect.poll(() => readText(opened)).toContain('conf.yaml')
  const copy = readText(opened)
  expect(statSync(join(copy, '..')).mode & 0o777).toBe(0o700)
  writeFileSync(copy, 'lr: 2\n')
  await expect.poll(() => readText(remote)).toBe('lr: 2\n')
  expect(statSync(remote).mode & 0o777).toBe(0o640)
  writeFileSync(remote, 'lr: theirs\n')
  writeFileSync(copy, 'lr: 3\n')
  // It was saved elsewhere, so the question does not open under the hands of whoever types here.
  await page.getByRole('button', { name: '1 question waiting' }).click()
  const question = page.getByRole('alertdialog', { name: 'conf.yaml already exists' })
  await expect(question).toBeVisible()
  expect(readText(remote)).toBe('lr: theirs\n')
  await question.getByRole('button', { name: 'Keep both' }).click()
  await expect.poll(() => readdirSync(there).filter(name => name.startsWith('conf.yaml.mine'))).toHaveLength(1)
  expect(readText(remote)).toBe('lr: theirs\n')
})

test('changes of a local editor that can not be sent wait in sight, also over a restart', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const there = join(folder, 'there')
  mkdirSync(there)
  const remote = join(there, 'train.py')
  writeFileSync(remote, 'lr = 1\n')
  const [editor, opened] = [join(folder, 'editor.sh'), join(folder, 'opened')]
  // The editor saves and puts the path down; the file on the host has another state by then.
  const script = `#!/bin/sh\nprintf 'by somebody else\\n' > ${remote}\nprintf 'lr = 2\\n' > "$1"\nprintf %s "$1" > ${opened}\n`
  writeFileSync(editor, script, { mode: 0o755 })
  const options = { hosts: [keyHost(sshd)], settings: { files: { editor } } }
  const first = await launch(options)
  await first.page.getByRole('button', { name: 'Files on gpu-box' }).click()
  const region = first.page.getByRole('region', { name: 'Right pane' })
  await region.getByRole('textbox', { name: 'Path' }).fill(there)
  await first.page.keyboard.press('Enter')
  await region.getByRole('row', { name: 'train.py', exact: true }).click({ button: 'right' })
  await choose(first.page, 'Open in external editor')
  await first.page.getByRole('button', { name: '1 question waiting' }).click()
  const question = first.page.getByRole('alertdialog', { name: 'train.py already exists' })
  await question.getByRole('button', { name: 'Skip' }).click()
  const waiting = (page: Page) => page.getByRole('region', { name: 'train.py, not uploaded' })
  await expect(waiting(first.page)).toContainText('Changes to train.py have not been uploaded to gpu-box.')
  await first.close()
  const { page } = await launch({ settings: { files: { editor } } })
  await expect(waiting(page)).toContainText('Your changes were not uploaded before Hawser quit.')
  await waiting(page).getByRole('button', { name: 'Upload now' }).click()
  const again = page.getByRole('alertdialog', { name: 'train.py already exists' })
  await again.getByRole('button', { name: 'Replace' }).click()
  await expect.poll(() => readText(remote)).toBe('lr = 2\n')
  await expect(waiting(page)).toBeHidden()
})

test('files are opened as root with sudo, plainly marked', async ({ launch, sshd, sshDir, folder }) => {
  test.skip(!hasSudo(), 'there is no sudo here')
  mkdirSync(join(folder, 'there'))
  const { page, region } = await rightPane({ launch, sshd, sshDir, folder })
  await region.getByRole('button', { name: 'More actions' }).click()
  await choose(page, 'Browse as root (sudo)')
  await expect(region.getByText('as root', { exact: true })).toBeVisible()
  await expect(region.getByRole('grid', { name: 'Files' })).toHaveAttribute('aria-busy', 'false')
})

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function hasSudo(): boolean {
  try {
    return statSync('/usr/bin/sudo').isFile() && process.getuid?.() === 0
  } catch {
    return false
  }
}
