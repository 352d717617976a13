import { Terminal, type IBufferCell } from '@xterm/headless'
import fc from 'fast-check'
import { expect, it } from 'vitest'

import { runs } from '../../testing/runs.ts'
import { OutputPen } from './output-pen.ts'

// The colour of underlines is left out: with it, xterm.js brings back the kind of underline that was restored to none.
const codes = [
  ...[
    '',
    '0',
    '1',
    '2',
    '3',
    '4',
    '4:0',
    '4:3',
    '5',
    '7',
    '8',
    '9',
    '21',
    '22',
    '23',
    '24',
    '25',
    '27',
    '28',
    '29',
    '53',
    '55',
  ],
  ...['31', '94', '39', '44', '103', '49', '38;5;99', '48;5;7', '38;2;1;2;3', '48:2::4:5:6', '38:5:12', '77'],
]
const colours = fc
  .array(fc.constantFrom(...codes), { minLength: 1, maxLength: 4 })
  .map(list => `\u001b[${list.join(';')}m`)
const others = [
  '\u001b7',
  '\u001b8',
  '\u001b[s',
  '\u001b[u',
  '\u001bc',
  '\u001b[!p',
  'text',
  '\r\n',
  '\u001b[>4;1m',
  '\u001b[2;1H',
]
const screens = ['1049h', '1049l', '47h', '1047l', '1048h', '25;1048l', '1;1049h'].map(mode => `\u001b[?${mode}`)
const sequence = fc.oneof(
  { weight: 4, arbitrary: colours },
  { weight: 2, arbitrary: fc.constantFrom(...others) },
  { weight: 1, arbitrary: fc.constantFrom(...screens) },
)

const write = (terminal: Terminal, text: string) => new Promise<void>(resolve => terminal.write(text, resolve))
const start = '\u001b(B\u001b)0'

/** How the terminal would show the next characters. */
async function next(terminal: Terminal): Promise<unknown> {
  await write(terminal, '\u001b[Hq')
  const cell = terminal.buffer.active.getLine(terminal.buffer.active.baseY)?.getCell(0) as IBufferCell
  const colour = [cell.getFgColorMode(), cell.getFgColor(), cell.getBgColorMode(), cell.getBgColor()]
  const attributes = [
    ...[cell.isBold(), cell.isDim(), cell.isItalic(), cell.isUnderline(), cell.isBlink(), cell.isInverse()],
    ...[cell.isInvisible(), cell.isStrikethrough(), cell.isOverline()],
  ]
  return [cell.getChars(), ...colour, ...attributes.map(Boolean)]
}

async function compare(parts: readonly string[], chunks: readonly string[]): Promise<void> {
  const [here, again] = [0, 1].map(() => new Terminal({ cols: 20, rows: 4, allowProposedApi: true }))
  if (!here || !again) return
  const pen = new OutputPen('normal')
  await write(here, start + parts.join(''))
  for (const chunk of chunks) pen.read(Buffer.from(chunk))
  await write(again, `\u001b[1;35m${pen.sequence}`)
  expect(await next(again), JSON.stringify(parts)).toEqual(await next(here))
}

it('knows the colours and attributes of a terminal', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(sequence, { maxLength: 20 }), parts => compare(parts, parts)),
    { numRuns: runs(1_000) },
  )
})

it('knows them wherever the output is split', async () => {
  const parts = [
    '\u001b[1;38;5;99mtext\u001b7\u001b[0;4m',
    '\u001b[?25;1049h\u001b[7m\u001b[?1049l\u001b[3;48;2;1;2;3m',
  ]
  const text = parts.join('')
  for (let at = 0; at <= text.length; at++) await compare(parts, [text.slice(0, at), text.slice(at)])
  await compare(parts, [...text])
})

it('knows the character set', async () => {
  for (const text of [
    '\u000e',
    '\u001b(0',
    '\u001b(0\u001b(B',
    '\u000e\u000f',
    '\u001b)B\u000e',
    '\u001b(0\u000e\u000f',
  ])
    await compare([text], [...text])
})

it('forgets the beginning of a sequence that a picture has interrupted', () => {
  const pen = new OutputPen('normal')
  pen.read(Buffer.from('\u001b[3'))
  pen.interrupt()
  pen.read(Buffer.from('1m'))
  expect(pen.sequence).toBe(new OutputPen('normal').sequence)
})
