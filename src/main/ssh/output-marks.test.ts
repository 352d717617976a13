import { spawnSync } from 'node:child_process'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { runs } from '../../testing/runs.ts'
import { OutputMarks, type MarkReader } from './output-marks.ts'
import { sh, type Script } from './script.ts'

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map(each => Buffer.from(each))

/** The output of `sh` for a script between its marks. */
function printed(marks: OutputMarks, script: Script) {
  const { stdout, stderr, status } = spawnSync('sh', ['-c', marks.around(script).text], { input: 'given\n' })
  return { stdout, stderr, status }
}

/** Feeds a reader with chunks of these sizes, repeatedly. */
function read(reader: MarkReader, data: Buffer, sizes: readonly number[]): Buffer {
  const own: Buffer[] = []
  for (let at = 0, turn = 0; at < data.length; turn++) {
    const size = sizes[turn % sizes.length] as number
    own.push(reader.push(data.subarray(at, at + size)))
    at += size
  }
  return Buffer.concat([...own, reader.rest()])
}

describe('marks around the output of a script', () => {
  it('give the same result, whatever is printed before and after, in chunks of any size', () => {
    const marks = new OutputMarks()
    const whole = printed(marks, sh`cat; printf 'no line end'; echo why >&2; exit 7`)
    const pieces = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(bytes(300), bytes(300), pieces, (before, after, sizes) => {
        const output = marks.reader('output')
        const own = read(output, Buffer.concat([before, whole.stdout, after]), sizes)
        expect([own.toString(), output.code]).toEqual(['given\nno line end', 7])
        const errors = marks.reader('errors')
        expect(read(errors, Buffer.concat([before, whole.stderr, after]), sizes).toString()).toBe('why\n')
      }),
      { numRuns: runs(20_000, 500) },
    )
    expect(whole.status).toBe(7)
  })

  it('leave any bytes of the script itself unchanged', () => {
    fc.assert(
      fc.property(bytes(200), fc.integer({ min: 1, max: 9 }), (data, size) => {
        const marks = new OutputMarks()
        const reader = marks.reader('output')
        const octal = Array.from(data, byte => `\\0${byte.toString(8).padStart(3, '0')}`).join('')
        const { stdout } = printed(marks, sh`printf %b ${octal}`)
        expect(read(reader, stdout, [size]).equals(data)).toBe(true)
        expect(reader.code).toBe(0)
      }),
      { numRuns: runs(1_000, 30) },
    )
  })

  it('surround a script that exits, becomes another program or ends with a comment', () => {
    for (const script of [sh`echo a; exit 3`, sh`exec sh -c 'echo a; exit 3'`, sh`echo a; (exit 3) # no more`]) {
      const marks = new OutputMarks()
      const reader = marks.reader('output')
      expect(read(reader, printed(marks, script).stdout, [1]).toString()).toBe('a\n')
      expect(reader.code).toBe(3)
    }
  })

  it('can’t be forged by a shell that echoes its command', () => {
    const marks = new OutputMarks()
    const script = marks.around(sh`echo mine`)
    const reader = marks.reader('output')
    const { stdout } = printed(marks, sh`echo mine`)
    const repeated = Buffer.concat([Buffer.from(`+ ${script.text}\n`), stdout, Buffer.from(`+ ${script.text}\n`)])
    expect(read(reader, repeated, [7]).toString()).toBe('mine\n')
  })

  it('distinguish a script that never started from one that was cut off', () => {
    const marks = new OutputMarks()
    const never = marks.reader('output')
    expect(read(never, Buffer.from('Please log in first\n'), [3]).length).toBe(0)
    expect([never.began, never.before.toString()]).toEqual([false, 'Please log in first\n'])
    const cut = marks.reader('output')
    const { stdout } = printed(marks, sh`echo half`)
    expect(read(cut, stdout.subarray(0, -20), [5]).toString()).toMatch(/^half\n/)
    expect([cut.began, cut.code]).toEqual([true, null])
  })
})
