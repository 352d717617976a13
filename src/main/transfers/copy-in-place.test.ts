import { randomBytes } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { lacks } from '../../testing/programs.ts'
import { runTransfer } from '../../testing/run-transfer.ts'
import { canBeAnother, plainUser, sftpServer } from '../../testing/sftp-program.ts'
import { altered, leftIn, modeOf, programFiles, put, text, twoFolders } from '../../testing/two-folders.ts'
import { saveFile } from '../files/file-contents.ts'
import { LocalFiles } from '../files/local-files.ts'

const local = new LocalFiles()
const sizes = { small: 100, large: 300_000 }
const replace = { conflict: 'replace' }

describe.skipIf(!canBeAnother || lacks(sftpServer, 'setpriv'))('a file that can’t be replaced in its folder', () => {
  const rig = async (mode: number) => {
    const { near, far } = twoFolders()
    const [yard, files] = [join(far, 'yard'), await programFiles({ as: plainUser })]
    fs.mkdirSync(yard)
    fs.chmodSync(yard, mode)
    return { near, yard, files }
  }

  test.each([
    ['that can’t be written', 0o755],
    ['that is sticky', 0o1777],
  ])('in a folder %s is overwritten, after a note', async (_what, mode) => {
    const { near, yard, files } = await rig(mode)
    for (const [name, bytes] of Object.entries(sizes)) {
      put(join(near, name), randomBytes(bytes))
      put(join(yard, name), 'x'.repeat(400_000), 0o666)
    }
    const notes: string[] = []
    const onNote = (note: string) => notes.push(`${note} ${fs.statSync(join(yard, 'small')).size}`)
    const from = Object.keys(sizes).map(name => join(near, name))
    const { failures, meter } = await runTransfer([local, files], { from, to: yard, options: replace, onNote })
    expect(failures).toEqual([])
    for (const name of Object.keys(sizes)) {
      expect(fs.readFileSync(join(yard, name)).equals(fs.readFileSync(join(near, name)))).toBe(true)
      expect([modeOf(join(yard, name)), fs.statSync(join(yard, name)).uid]).toEqual([0o666, 0])
    }
    expect(notes).toHaveLength(1)
    expect(notes[0]).toMatch(/^Files can’t be replaced in the folder of (small|large) on box, .*overwritten/)
    expect(meter.bytes).toBe(sizes.small + sizes.large)
    expect(leftIn(yard)).toEqual([])
  })

  test('and that isn’t writable either is reported under its own name, and unchanged', async () => {
    const { near, yard, files } = await rig(0o755)
    put(join(near, 'a'), 'new')
    put(join(yard, 'a'), 'old', 0o644)
    const notes: string[] = []
    const onNote = (note: string) => notes.push(note)
    const { failures } = await runTransfer([local, files], {
      from: [join(near, 'a')],
      to: yard,
      options: replace,
      onNote,
    })
    expect(failures[0]).toMatch(/Permission denied for a on/)
    expect([text(join(yard, 'a')), notes, leftIn(yard)]).toEqual(['old', [], []])
  })

  test('is as it was where its disk has no room for the new contents', async () => {
    const { near, yard, files } = await rig(0o755)
    put(join(near, 'a'), 'n'.repeat(sizes.large))
    put(join(yard, 'a'), 'old', 0o666)
    const full = altered(files, { space: () => Promise.resolve({ free: 1_000, total: 1_000_000, readOnly: false }) })
    const copying = runTransfer([local, full], { from: [join(near, 'a')], to: yard, options: replace })
    await expect(copying).rejects.toMatchObject({ code: 'no-space' })
    const data = Buffer.from('n'.repeat(sizes.large))
    await expect(saveFile(full, join(yard, 'a'), { data, expected: null })).rejects.toMatchObject({ code: 'no-space' })
    expect([text(join(yard, 'a')), leftIn(yard)]).toEqual(['old', []])
    // What stands there makes room for what comes in its place.
    put(join(yard, 'a'), 'x'.repeat(sizes.large), 0o666)
    await saveFile(full, join(yard, 'a'), { data, expected: null })
    expect(fs.readFileSync(join(yard, 'a')).equals(data)).toBe(true)
  })

  test('is saved from the editor, after a note; a refusal names it', async () => {
    const { yard, files } = await rig(0o755)
    put(join(yard, 'run.yaml'), 'a much longer old text', 0o666)
    put(join(yard, 'locked'), 'old', 0o644)
    const notes: string[] = []
    const onNote = (note: string) => notes.push(`${note} ${text(join(yard, 'run.yaml'))}`)
    await saveFile(files, join(yard, 'run.yaml'), { data: Buffer.from('new'), expected: null, onNote })
    expect([text(join(yard, 'run.yaml')), notes.length]).toEqual(['new', 1])
    expect(notes[0]).toMatch(/run\.yaml on box, .*old text$/)
    const saving = saveFile(files, join(yard, 'locked'), { data: Buffer.from('new'), expected: null })
    await expect(saving).rejects.toThrow(/Permission denied for locked/)
    await expect(saveFile(files, join(yard, 'new'), { data: Buffer.from('new'), expected: null })).rejects.toThrow(
      /Permission denied for new on/,
    )
    expect([text(join(yard, 'locked')), leftIn(yard)]).toEqual(['old', []])
  })
})
