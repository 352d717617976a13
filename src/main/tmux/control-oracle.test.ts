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
/**
 * Outside of the margins, and about the column afterwards, terminals disagree about inserted and deleted lines. tmux 3.3a
 * repeats (REP) ASCII characters only, and inserts (ICH) nothing if that fills the row.
 */
const csi = (letter: string) => count.map(n => `${/[LM]/.test(letter) ? '\u001b[r\r\n' : ''}\u001b[${n + 1}${letter}`)
const oneOf = (...list: readonly string[]) => fc.constantFrom(...list)
const words = (list: readonly string[]) => fc.array(fc.constantFrom(...list), { minLength: 1, maxLength: 30 })
const narrow = ['the ', 'quick', ' naïve', '─', '\t', '  ', '1234567890']
const wide = ['漢', '字', 'ｘ', '한국', 'e\u0301', 'a\u0308\u0323']
const saveCursor = '\u001b7'
const restoreCursor = '\u001b8'
const enterAlternate = '\u001b[?1049h'
const leaveAlternate = '\u001b[?1049l'
/** Sequences that neither scroll nor switch the screen; `CSI 3 J` takes lines from above. */
// eslint-disable-next-line no-control-regex -- sequences begin with ESC
const staysInPlace = /^\r?\u001b(?!\[3J)\[[\d;:]*[A-HJKPXdmr]$/

/**
 * What programs print, as sequences. Behind a row that is full, terminals disagree about line feeds,
 * and without wrap about the last column. Queries aren't among
 * it: a terminal without a user answers none.
 */
const common = [
  { weight: 6, arbitrary: oneOf('\r\n', '\r\n\r\n', '\r') },
  {
    weight: 3,
    arbitrary: oneOf('1', '31', '44', '0', '7', '38;5;99', '48;2;1;2;3', '4:3', '39;49').map(n => `\u001b[${n}m`),
  },
  { weight: 2, arbitrary: fc.constantFrom(...'EFLMSTd').chain(csi) },
  { weight: 2, arbitrary: oneOf('J', '2J', '2K', '3J').map(end => `\r\u001b[${end}`) },
  { weight: 1, arbitrary: oneOf('\r\n\r\u001bM', '\r\u001bD', '\u001bE', saveCursor, restoreCursor) },
  { weight: 1, arbitrary: oneOf('\u001b[r', '\u001b[?25l', '\u001b[?25h', enterAlternate, leaveAlternate) },
]
/**
 * Terminals disagree about halves of wide characters that are written over, and about combining ones at the right edge
 * without wrap: these texts are only written where nothing is.
 */
const withWide = [
  ...common,
  { weight: 10, arbitrary: words([...narrow, ...wide]).map(list => `\r\u001b[J${list.join('')}`) },
]
const withEdits = [
  ...common,
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 3 })).map(([a, b]) => `\u001b[${a + 1};${a + b + 2}r`),
  },
  { weight: 1, arbitrary: fc.constant(`${saveCursor}\u001b[1;1H\u001b[7mstatus\u001b[m${restoreCursor}`) },
  { weight: 8, arbitrary: words(narrow).map(list => list.join('')) },
  { weight: 3, arbitrary: fc.tuple(count, count).map(([y, x]) => `\u001b[${y + 1};${x * 3 + 1}H`) },
  { weight: 4, arbitrary: fc.constantFrom(...'ABCDGPX').chain(csi) },
  { weight: 2, arbitrary: oneOf('J', '1J', 'K', '1K').map(end => `\u001b[${end}`) },
]
type Printed = readonly string[]
const outputOf = (kinds: typeof common) => fc.array(fc.oneof(...kinds), { minLength: 1, maxLength: 60 })
const sizes = fc.record({ cols: fc.integer({ min: 20, max: 120 }), rows: fc.integer({ min: 8, max: 40 }) })
const stepOf = (output: fc.Arbitrary<Printed>) =>
  fc.oneof(
    { weight: 5, arbitrary: output.map(list => ({ kind: 'print' as const, list })) },
    { weight: 1, arbitrary: sizes.map(size => ({ kind: 'resize' as const, size })) },
    { weight: 1, arbitrary: fc.constantFrom({ kind: 'split' as const }, { kind: 'join' as const }) },
    { weight: 1, arbitrary: sizes.map(size => ({ kind: 'decide' as const, size })) },
    { weight: 1, arbitrary: fc.constant({ kind: 'kill' as const }) },
  )
type Step = ReturnType<typeof stepOf> extends fc.Arbitrary<infer T> ? T : never
const run = fc.constantFrom(withWide, withEdits).chain(kinds => {
  const output = outputOf(kinds)
  return fc.record({ before: output, steps: fc.array(stepOf(output), { minLength: 2, maxLength: 10 }) })
})

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
  #isAlternate = false

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
    const run = { socket: 'default', session: this.#name, create: false } as const
    // tmux doesn't tell with which colours a program goes on, nor where it has saved the cursor.
    writeSync(this.#feed, '\u001b[m')
    this.#hasSaved = false
    this.#attached = await attachTerminal(run, { env: this.#servers.env, size: this.#size })
  }

  async act(action: Step): Promise<void> {
    const target = `${this.#name}:0`
    if (this.#isAlternate && action.kind !== 'print' && action.kind !== 'kill') await this.#home()
    // The saved cursor of xterm.js moves with the lines when a width changes.
    if (action.kind !== 'print') this.#hasSaved = false
    switch (action.kind) {
      case 'print':
        return this.#print(action.list)
      case 'resize':
        this.#size = action.size
        // The window has its new size before the host hears of it.
        this.attached.terminal.resize(action.size.cols, action.size.rows)
        this.attached.shell.resize(action.size)
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
   * programs draw it anew.
   */
  async #home(): Promise<void> {
    writeSync(this.#feed, '\u001b[?6l\u001b[H\u001b[2J')
    await expect.poll(() => this.#shown('#{cursor_x},#{cursor_y}'), wait).toBe('0,0')
  }

  /**
   * Leaves out what terminals disagree about: a cursor that wasn't saved, or not on this screen. After `ESC 7`, a line feed in
   * the last row and `ESC 8`, tmux is in the same row of the screen, and xterm.js in the same line, one row higher.
   */
  #print(list: Printed): void {
    const usual = list.filter(each => {
      if (each === restoreCursor) return this.#hasSaved
      if (each === saveCursor) this.#hasSaved = true
      else if (!staysInPlace.test(each)) this.#hasSaved = false
      if (each !== enterAlternate && each !== leaveAlternate) return true
      const [was, is] = [this.#isAlternate, each === enterAlternate]
      this.#isAlternate = is
      return was !== is
    })
    writeSync(this.#feed, usual.join(''))
  }

  /** Waits until tmux has read everything, and compares what it shows, or everything that can be scrolled to. */
  async compare({ history = false } = {}): Promise<void> {
    const mark = `mark-${++this.#marks}`
    writeSync(this.#feed, `\u001b]2;${mark}\u0007`)
    await expect.poll(() => this.#shown('#{pane_title}'), wait).toBe(mark)
    const captured = await this.#captured(history)
    await expect
      .poll(async () => {
        await this.attached.drawn()
        const { cursorX, cursorY } = this.attached.terminal.buffer.active
        const differences = rowDifferences(this.attached.terminal, { captured, history })
        return { cursor: `${cursorX},${cursorY}`, differences }
      }, wait)
      .toEqual({ cursor: this.#shown('#{cursor_x},#{cursor_y}'), differences: [] })
  }

  /** The rows as tmux prints them, read by a terminal that had nothing to do with them before. */
  async #captured(history: boolean): Promise<Terminal> {
    const sizes = this.#shown('#{pane_width},#{pane_height},#{history_size}').split(',').map(Number)
    const [cols = 0, height = 0, above = 0] = sizes
    const target = ['-t', `${this.#name}:0.0`]
    // Blanks at the end of all are cut.
    const end = [';', 'display-message', '-p', 'end']
    const text = this.#servers.tmux('capture-pane', '-peN', '-S', history ? '-' : '0', ...target, ...end)
    const terminal = new Terminal({ cols, rows: height + (history ? above : 0), allowProposedApi: true })
    const lines = text.split('\n').slice(0, -1)
    await new Promise<void>(resolve => terminal.write(`\u001b[?7l\u001b)0${lines.join('\r\n')}`, resolve))
    return terminal
  }

  #shown(format: string): string {
    return this.#servers.tmux('display-message', '-p', '-t', `${this.#name}:0.0`, format)
  }

  end(): void {
    this.#attached?.shell.dispose()
    closeSync(this.#feed)
    this.#servers.tmux('kill-session', '-t', `=${this.#name}`)
  }
}

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
        await rig.compare({ history: true })
      } finally {
        rig.end()
      }
    }),
    // The long run looks for differences that nobody knows yet.
    { numRuns: runs(200, 20), endOnFailure: true, ...(process.env['HAWSER_LONG_TESTS'] ? {} : { seed: 1 }) },
  )
})
