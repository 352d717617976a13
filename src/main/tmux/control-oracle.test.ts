import { execFileSync } from 'node:child_process'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'

import { Terminal } from '@xterm/headless'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'

import { lacks } from '../../testing/programs.ts'
import { rowDifferences } from '../../testing/row-differences.ts'
import { runs } from '../../testing/runs.ts'
import { attachTerminal, type Attached } from '../../testing/tmux-control.ts'
import { tmuxServers, type TmuxServers } from '../../testing/tmux-servers.ts'

const wait = { timeout: 10_000, interval: 30 }

const count = fc.nat({ max: 30 })
const few = fc.nat({ max: 5 })
const oneOf = (...list: readonly string[]) => fc.constantFrom(...list)
const words = (list: readonly string[]) => fc.array(fc.constantFrom(...list), { minLength: 1, maxLength: 30 })
const csi = (letters: string, before = '') =>
  fc.tuple(fc.constantFrom(...letters), count).map(([letter, n]) => `${before}\u001b[${n + 1}${letter}`)
/** Behind a row that is full, terminals disagree about what depends on the column, which therefore comes first. */
const atColumn = (parts: fc.Arbitrary<string>) => fc.tuple(count, parts).map(([x, part]) => `\u001b[${x + 1}G${part}`)
const narrow = ['the ', 'quick', ' naïve', '─', '\t', '  ', '1234567890']
const wide = ['漢', '字', 'ｘ', '한국', 'e\u0301', 'a\u0308\u0323']
const saveCursor = '\u001b7'
const restoreCursor = '\u001b8'
const statusLine = `${saveCursor}\u001b[1;1H\u001b[7mstatus\u001b[m${restoreCursor}`
const alternate = ['1049', '1047', '47'] as const
const leaveAlternate = '\u001b[?1049l'
const reset = '\u001bc'
const alignment = '\u001b[m\u001b[r\u001b#8'
/** Sequences that neither scroll nor switch the screen; `CSI 3 J` takes lines from above. */
// eslint-disable-next-line no-control-regex -- sequences begin with ESC
const staysInPlace = /^\r?\u001b(?!\[3J)\[[\d;:]*[A-HJKPXZ`dfgmr@]$/

const styles = [
  '0',
  '1',
  '2',
  '3',
  '4',
  '4:3',
  '5',
  '7',
  '8',
  '9',
  '21',
  '22',
  '24',
  '27',
  '53',
  '1;4;7',
  '0;31;44',
  '',
]
const colours = ['31', '44', '94', '103', '38;5;99', '48;5;7', '48;2;1;2;3', '38:5:12', '48:2::4:5:6', '39;49']
/**
 * What programs print, as sequences. Left out is what terminals disagree about. tmux 3.3a is compared with xterm.js 6; the
 * examples are what follows in a row that was full, if they say so:
 * - Line feeds, `ESC D`, `ESC M`, CUB, DCH, ECH, ICH, VPA, CBT and REP in a full row: xterm.js stands on the last column, tmux
 *   behind it (`LF x` prints it in the last column, and at the beginning of the row after the next).
 * - Without wrap (DECAWM), tmux leaves the character in the last column, xterm.js writes over it.
 * - The column after IL and DL: xterm.js goes to the first one. Outside of the margins, only tmux inserts and deletes.
 * - ICH that fills the row (`abc CSI 1 G CSI 80 @`), and REP that wraps: tmux does nothing, or stops at the end of the row.
 * - The first character after a wrap in the insert mode: tmux writes it over what is there.
 * - CHT, HPR and VPR, which tmux doesn't know. DECSTR likewise.
 * - In the origin mode, CHA and HPA move down by the upper margin in xterm.js, DECSTBM goes to the first row in tmux, and only
 *   tmux saves the mode with the cursor.
 * - DECALN: xterm.js fills the screen with the current colours, tmux without any, and takes the margins away.
 * - The colour of the column that a wide character leaves blank when it wraps.
 * Queries are left out, too: a terminal without a user answers none.
 */
const common = [
  { weight: 6, arbitrary: oneOf('\r\n', '\r\n\r\n', '\r') },
  { weight: 3, arbitrary: oneOf(...styles, ...colours).map(n => `\u001b[${n}m`) },
  { weight: 2, arbitrary: fc.oneof(csi('EFST'), csi('LM', '\u001b[r\r\n'), atColumn(csi('d'))) },
  { weight: 2, arbitrary: oneOf('J', '2J', '2K', '3J').map(end => `\r\u001b[${end}`) },
  { weight: 1, arbitrary: oneOf('\r\n\r\u001bM', '\r\u001bD', '\u001bE', saveCursor, restoreCursor) },
  { weight: 1, arbitrary: oneOf(...alternate.map(mode => `\u001b[?${mode}h`), leaveAlternate, leaveAlternate, reset) },
  { weight: 1, arbitrary: oneOf('\u001b[r', '\u001b[?25l', '\u001b[?25h', '\r\u001b(B\u001b)0\u000elqk\u000fx') },
]
/** Terminals disagree about halves of wide characters that are written over, so that these are written where nothing is. */
const withWide = [
  ...common,
  { weight: 10, arbitrary: words([...narrow, ...wide]).map(list => `\r\u001b[J${list.join('')}`) },
]
const withEdits = [
  ...common,
  { weight: 1, arbitrary: fc.tuple(few, few).map(([a, b]) => `\u001b[${a + 1};${a + b + 2}r`) },
  { weight: 1, arbitrary: fc.constant(statusLine) },
  { weight: 8, arbitrary: words(narrow).map(list => list.join('')) },
  {
    weight: 3,
    arbitrary: fc.tuple(count, count, oneOf('H', 'f')).map(([y, x, end]) => `\u001b[${y + 1};${x * 3 + 1}${end}`),
  },
  {
    weight: 4,
    arbitrary: fc.oneof(csi('ABCG`'), atColumn(csi('DPXZ')), atColumn(oneOf('\b', '\b\b', '\u000b', '\u000c'))),
  },
  { weight: 1, arbitrary: few.chain(n => oneOf(`\r\u001b[${n + 1}@`, `\rx\u001b[${n + 1}b`)) },
  { weight: 2, arbitrary: oneOf('J', '1J', 'K', '1K').map(end => `\u001b[${end}`) },
  {
    weight: 1,
    arbitrary: oneOf('\r\u001b[4hin\u001b[4l', '\u001b[?6h\u001b[2;3Hin\u001b[?6l', alignment),
  },
  {
    weight: 1,
    arbitrary: atColumn(oneOf('\u001b[3g', '\u001b[g', '\u001bH', '\u001bH', '\u001bH')),
  },
]
type Printed = readonly string[]
const outputOf = (kinds: typeof common) => fc.array(fc.oneof(...kinds), { minLength: 1, maxLength: 60 })
const sizes = fc.record({ cols: fc.integer({ min: 20, max: 120 }), rows: fc.integer({ min: 8, max: 40 }) })
const stepOf = (output: fc.Arbitrary<Printed>) =>
  fc.oneof(
    { weight: 5, arbitrary: output.map(list => ({ kind: 'print' as const, list })) },
    { weight: 1, arbitrary: sizes.map(size => ({ kind: 'resize' as const, size })) },
    {
      weight: 2,
      arbitrary: fc.constantFrom('split' as const, 'join' as const, 'zoom' as const).map(kind => ({ kind })),
    },
    { weight: 1, arbitrary: sizes.map(size => ({ kind: 'decide' as const, size })) },
    { weight: 1, arbitrary: fc.constant({ kind: 'kill' as const }) },
  )
type Step = ReturnType<typeof stepOf> extends fc.Arbitrary<infer T> ? T : never
const run = fc.constantFrom(withWide, withEdits).chain(kinds => {
  const output = outputOf(kinds)
  return fc.record({ before: output, steps: fc.array(stepOf(output), { minLength: 2, maxLength: 10 }) })
})

/**
 * What a shell prints, which leaves the history alone, and full-screen programs in between. Lines don't end with blanks: those
 * are left out when a pane is drawn, while tmux wraps them.
 */
const asShell = [
  { weight: 6, arbitrary: words(narrow).map(list => `${list.join('')}.\r\n`) },
  { weight: 2, arbitrary: count.map(n => 'x'.repeat(n * 10)) },
  { weight: 1, arbitrary: oneOf('\r\n', '\u001b[31m', '\u001b[m') },
  { weight: 1, arbitrary: oneOf('\u001b[?1049h', leaveAlternate) },
]
const shellRun = fc.array(stepOf(outputOf(asShell)), { minLength: 2, maxLength: 10 })

/** A pane whose program prints what the test writes. */
class Rig {
  readonly #servers: TmuxServers
  readonly #fifo: string
  readonly #name: string
  /** Open for both, so that opening doesn't wait for the program. */
  readonly #feed: number
  #marks = 0
  #attached: Attached | undefined
  #size = { cols: 80, rows: 24 }
  #hasSaved = false
  /** The mode by which the alternate screen was entered. */
  #alternate = ''
  #attachedToAlternate = false

  constructor(servers: TmuxServers, name: string) {
    this.#servers = servers
    this.#name = name
    this.#fifo = join(servers.env.TMUX_TMPDIR, `${name}.fifo`)
    execFileSync('mkfifo', [this.#fifo])
    const program = `stty raw -echo; exec cat <'${this.#fifo}'`
    servers.tmux('new-session', '-d', '-x', '80', '-y', '24', '-s', name, program)
    this.#feed = openSync(this.#fifo, 'r+')
  }

  get attached(): Attached {
    if (!this.#attached) throw new Error('It is not attached.')
    return this.#attached
  }

  async attach(): Promise<void> {
    const run = { kind: 'tmux', socket: 'default', session: this.#name } as const
    // tmux doesn't tell with which colours a program goes on, nor where it has saved the cursor.
    writeSync(this.#feed, '\u001b[m')
    this.#hasSaved = false
    this.#attachedToAlternate = this.#alternate !== ''
    this.#attached = await attachTerminal(run, { env: this.#servers.env, size: this.#size })
    // By default xterm.js leaves the line with the cursor to the shell; tmux wraps it, too.
    this.#attached.terminal.options.reflowCursorLine = true
  }

  async act(action: Step): Promise<void> {
    const target = `${this.#name}:0`
    if (this.#alternate && action.kind !== 'print' && action.kind !== 'kill') await this.#home()
    // The saved cursor of xterm.js moves with the lines when a width changes.
    if (action.kind !== 'print') this.#hasSaved = false
    switch (action.kind) {
      case 'print':
        return this.#print(action.list)
      case 'resize':
        this.#size = action.size
        this.attached.resize(action.size)
        return
      case 'decide':
        // From now on the size of the window doesn't depend on its clients.
        this.#servers.tmux('resize-window', '-t', target, '-x', `${action.size.cols}`, '-y', `${action.size.rows}`)
        return
      case 'split':
        // xterm.js has at least two columns, so that one split has to do.
        this.#servers.tmux('kill-pane', '-a', '-t', `${target}.0`)
        this.#servers.tmux('split-window', '-d', '-h', '-t', `${target}.0`, 'sleep 1000')
        return
      case 'join':
        this.#servers.tmux('set-option', '-uw', '-t', target, 'window-size')
        this.#servers.tmux('kill-pane', '-a', '-t', `${target}.0`)
        return
      case 'zoom':
        this.#servers.tmux('resize-pane', '-Z', '-t', `${target}.0`)
        return
      case 'kill': {
        const pid = this.#servers.tmux('list-clients', '-t', this.#name, '-F', '#{client_pid}')
        process.kill(Number(pid), 'SIGKILL')
        expect((await this.attached.ended).kind).toBe('lost')
        await this.attach()
      }
    }
  }

  /**
   * On the alternate screen of a pane that becomes narrower, tmux 3.3a keeps the cursor outside and xterm.js the characters:
   * programs draw it anew. They also enter it anew, since that of xterm.js keeps rows above the screen if it was entered in a
   * terminal that had become smaller; when this becomes larger, rows are missing.
   */
  async #home(): Promise<void> {
    const colours = this.#attachedToAlternate ? '\u001b[m' : ''
    const again = `\u001b[?${this.#alternate}l${colours}\u001b[?${this.#alternate}h`
    writeSync(this.#feed, `${again}\u001b[H\u001b[2J`)
    await expect.poll(() => this.#shown('#{cursor_x},#{cursor_y}'), wait).toBe('0,0')
  }

  /**
   * Leaves out what terminals disagree about, depending on what came before:
   * - A cursor that wasn't saved, or not on this screen. After `ESC 7`, a line feed in the last row and `ESC 8`, tmux is in the
   *   same row of the screen, and xterm.js in the same line, one row higher.
   * - A reset (RIS) on the alternate screen: only xterm.js leaves it. DECALN there fills lines that have become narrower in
   *   xterm.js, which shows their ends after DCH.
   */
  #print(list: Printed): void {
    writeSync(this.#feed, list.map(each => this.#usual(each)).join(''))
  }

  #usual(part: string): string {
    if ((part === reset || part === alignment) && this.#alternate) return ''
    if (part === restoreCursor) return this.#hasSaved ? part : ''
    if (part === saveCursor) this.#hasSaved = true
    else if (!staysInPlace.test(part)) this.#hasSaved = false
    const entered = alternate.find(mode => part === `\u001b[?${mode}h`)
    if (!entered && part !== leaveAlternate) return part
    const before = this.#alternate
    if (Boolean(before) === Boolean(entered)) return ''
    this.#alternate = entered ?? ''
    if (entered) return part
    // tmux doesn't tell with which colours it goes on then.
    const colours = this.#attachedToAlternate ? '\u001b[m' : ''
    this.#attachedToAlternate = false
    return `\u001b[?${before}l${colours}`
  }

  /** Waits until tmux has read everything, and compares what it shows, or everything that can be scrolled to. */
  async compare({ all = false } = {}): Promise<void> {
    const history = all && this.#alternate === ''
    const mark = `mark-${++this.#marks}`
    writeSync(this.#feed, `\u001b]2;${mark}\u0007`)
    await expect.poll(() => this.#shown('#{pane_title}'), wait).toBe(mark)
    await expect
      .poll(async () => {
        const captured = await this.#captured(history)
        await this.attached.drawn()
        const { cursorX, cursorY } = this.attached.terminal.buffer.active
        const [here, there] = [`cursor ${cursorX},${cursorY}`, this.#shown('cursor #{cursor_x},#{cursor_y}')]
        const differences = rowDifferences(this.attached.terminal, { captured, history })
        return here === there ? differences : [`${here} | tmux: ${there}`, ...differences]
      }, wait)
      .toEqual([])
  }

  /** The rows as tmux prints them, read by a terminal that had nothing to do with them before. */
  async #captured(history: boolean): Promise<Terminal> {
    const sizes = this.#shown('#{pane_width},#{pane_height},#{history_size}').split(',').map(Number)
    const [cols = 0, height = 0, above = 0] = sizes
    const target = ['-t', `${this.#name}:0.0`]
    // Blanks at the end of all are cut. tmux prints 53 (overlined) as 5:3.
    const end = [';', 'display-message', '-p', 'end']
    const text = this.#servers.tmux('capture-pane', '-peN', '-S', history ? '-' : '0', ...target, ...end)
    const terminal = new Terminal({ cols, rows: height + (history ? above : 0), allowProposedApi: true })
    const lines = text.replaceAll('5:3', '53').split('\n').slice(0, -1)
    await new Promise<void>(resolve => terminal.write(`\u001b[?7l\u001b)0${lines.join('\r\n')}`, resolve))
    return terminal
  }

  #shown(format: string): string {
    return this.#servers.tmux('display-message', '-p', '-t', `${this.#name}:0.0`, format)
  }

  end(): void {
    this.#attached?.session.dispose()
    closeSync(this.#feed)
    this.#servers.tmux('kill-session', '-t', `=${this.#name}`)
  }
}

it.skipIf(lacks('tmux'))('keeps the history that tmux has', { timeout: 600_000 }, async () => {
  const servers = tmuxServers()
  onTestFinished(() => servers.stop())
  servers.tmux('new-session', '-d', '-s', 'keep', 'sleep 10000')
  let number = 0
  await fc.assert(
    fc.asyncProperty(shellRun, async steps => {
      const rig = new Rig(servers, `run${++number}`)
      try {
        await rig.attach()
        for (const each of steps) {
          await rig.act(each)
          await rig.compare({ all: true })
        }
      } finally {
        rig.end()
      }
    }),
    { numRuns: runs(100, 10), endOnFailure: true, ...(process.env['HAWSER_LONG_TESTS'] ? {} : { seed: 1 }) },
  )
})

it.skipIf(lacks('tmux'))('shows what tmux shows, whatever happens to the pane', { timeout: 1_200_000 }, async () => {
  const servers = tmuxServers()
  onTestFinished(() => servers.stop())
  servers.tmux('new-session', '-d', '-s', 'keep', 'sleep 10000')
  let number = 0
  await fc.assert(
    fc.asyncProperty(run, async ({ steps, before }) => {
      const rig = new Rig(servers, `run${++number}`)
      try {
        await rig.act({ kind: 'print', list: before })
        await rig.attach()
        await rig.compare()
        for (const each of steps) {
          await rig.act(each)
          await rig.compare()
        }
        await rig.act({ kind: 'print', list: [leaveAlternate] })
        await rig.act({ kind: 'kill' })
        await rig.compare({ all: true })
      } finally {
        rig.end()
      }
    }),
    // The long run looks for differences that nobody knows yet.
    { numRuns: runs(200, 20), endOnFailure: true, ...(process.env['HAWSER_LONG_TESTS'] ? {} : { seed: 1 }) },
  )
})
