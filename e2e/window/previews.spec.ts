import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'

import { expect, keyHost, openShell, test, trust } from '../fixtures.ts'

/** A zip archive of entries that are unpacked to a thousand times their size. */
function bomb(count: number): Buffer {
  const packed = deflateRawSync(Buffer.alloc(16_000_000))
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (let index = 0; index < count; index++) {
    const name = Buffer.from(`a${index}.npy`)
    const local = Buffer.alloc(30)
    local.write('PK\x03\x04', 'latin1')
    local.writeUInt16LE(8, 8)
    local.writeUInt32LE(packed.length, 18)
    local.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.write('PK\x01\x02', 'latin1')
    entry.writeUInt16LE(8, 10)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(at, 42)
    locals.push(local, name, packed)
    directory.push(entry, name)
    at += 30 + name.length + packed.length
  }
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...locals, ...directory, end])
}

/** A Parquet file whose description, of 4 MB, announces a list of two billion entries. */
function claimed(): Buffer {
  const end = Buffer.alloc(8)
  end.writeUInt32LE(4_000_000, 0)
  end.write('PAR1', 4)
  const list = Buffer.from([0x19, 0xf1, 0xff, 0xff, 0xff, 0xff, 0x07])
  return Buffer.concat([Buffer.alloc(16), list, Buffer.alloc(4_000_000 - list.length, 0x11), end])
}

/** One column of the numbers 0 to 99. */
const parquet =
  'UEFSMRUAFaAGFaAGLBXIARUAFQYVBgAAAAAAAAEAAAACAAAAAwAAAAQAAAAFAAAABgAAAAcAAAAIAAAACQAAAAoAAAALAAAADAAAAA0AAAAOAAAADwAAABAAAAARAAAAEgAAABMAAAAUAAAAFQAAABYAAAAXAAAAGAAAABkAAAAaAAAAGwAAABwAAAAdAAAAHgAAAB8AAAAgAAAAIQAAACIAAAAjAAAAJAAAACUAAAAmAAAAJwAAACgAAAApAAAAKgAAACsAAAAsAAAALQAAAC4AAAAvAAAAMAAAADEAAAAyAAAAMwAAADQAAAA1AAAANgAAADcAAAA4AAAAOQAAADoAAAA7AAAAPAAAAD0AAAA+AAAAPwAAAEAAAABBAAAAQgAAAEMAAABEAAAARQAAAEYAAABHAAAASAAAAEkAAABKAAAASwAAAEwAAABNAAAATgAAAE8AAABQAAAAUQAAAFIAAABTAAAAVAAAAFUAAABWAAAAVwAAAFgAAABZAAAAWgAAAFsAAABcAAAAXQAAAF4AAABfAAAAYAAAAGEAAABiAAAAYwAAABUCGfwCSARyb290FQIAFQIlABgCYzAAFsgBGfwBGfwBJggcFQIZ9QEAGfgBAmMwFQAWyAEWyAYWyAYmCAAAFqAGFsgBAABGAAAAUEFSMQ=='

const nestedUse = Array.from(
  { length: 40 },
  (_each, at) => `<g id="l${at + 1}">${`<use href="#l${at}"/>`.repeat(2)}</g>`,
)

test('hostile and huge files are previewed within their budgets, and a shell still answers', async ({
  launch,
  sshd,
  sshDir,
  folder,
}) => {
  const there = join(folder, 'there')
  mkdirSync(there)
  const shown: Readonly<Record<string, readonly [data: string | Buffer, sentence: string | RegExp]>> = {
    'README.md': ['> '.repeat(2_000), 'nested more than 100 levels deep'],
    'list.md': ['- '.repeat(20_000), 'nested more than 100 levels deep'],
    'slow.md': [`${'[a](<b'.repeat(40_000)}`, /too long to preview|too complex|\[a\]/],
    'genes.csv': [
      `${','.repeat(131_072)}\n${'1\n'.repeat(60_000)}`,
      'This table has 131,073 columns. Showing the first 200.',
    ],
    'claims.parquet': [claimed(), /damaged|too complex|too long/],
    'numbers.parquet': [Buffer.from(parquet, 'base64'), '100 rows, 1 column. Showing the first 50 rows.'],
    'bomb.npz': [bomb(100), 'This archive contains 100 files. Showing the first 64.'],
    'bomb.svg': [
      `<svg xmlns="http://www.w3.org/2000/svg"><rect id="l0" width="9" height="9"/>${nestedUse.join('')}</svg>`,
      'repeats elements too often',
    ],
  }
  for (const [name, [data]] of Object.entries(shown)) writeFileSync(join(there, name), data)
  writeFileSync(join(there, 'plot.svg'), '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><g/></svg>')
  trust(sshDir, sshd.port, sshd.hostKey)
  const { page } = await launch({ hosts: [keyHost(sshd)] })
  const shell = await openShell(page)
  await shell.run('kept=still-here; echo before-$((6*7))')
  await expect(shell.rows).toContainText('before-42')

  await page.keyboard.press('Control+Shift+H')
  await page.getByRole('button', { name: 'Files on gpu-box' }).click()
  const region = page.getByRole('region', { name: 'Right pane' })
  await region.getByRole('textbox', { name: 'Path' }).fill(there)
  await page.keyboard.press('Enter')
  await expect(region.getByRole('grid', { name: 'Files' })).toHaveAttribute('aria-busy', 'false')
  for (const [name, [, sentence]] of Object.entries(shown)) {
    await region.getByRole('row', { name, exact: true }).dblclick()
    const dialog = page.getByRole('dialog', { name, exact: true })
    await expect(dialog).toBeVisible()
    // The page answers while the worker is at it.
    const started = Date.now()
    await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve))))
    expect(Date.now() - started).toBeLessThan(1_000)
    await expect(dialog).toContainText(sentence)
    await dialog.getByRole('button', { name: 'Close' }).click()
    await expect(dialog).toBeHidden()
  }
  await region.getByRole('row', { name: 'plot.svg', exact: true }).dblclick()
  await expect(page.getByRole('dialog', { name: 'plot.svg' })).toContainText('30 × 20')
  await page.keyboard.press('Escape')

  await page.getByRole('tab', { name: 'gpu-box', exact: true }).click()
  await shell.type('echo $kept-after\n')
  await expect(shell.rows).toContainText('still-here-after')
})
