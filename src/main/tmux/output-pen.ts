import { Pen } from './pen.ts'

// SGR, modes, DECSC and DECRC in both forms, RIS, DECSTR, the designation of G0 and G1, and shifts (ECMA-48, xterm).
const sequences =
  // eslint-disable-next-line no-control-regex -- sequences begin with ESC
  /\u001b(?:\[(?:([\d;:]*)m|\?([\d;]*)([hl])|[\d;]*([su])|!p)|([78c])|([()])([0-9A-Za-z]))|[\u000e\u000f]/g
// eslint-disable-next-line no-control-regex -- see above
const beginning = /\u001b(?:\[[\d;:?!]{0,200}|[()])?$/
const shiftOut = '\u000e'
const [escape, ...shifts] = [0x1b, 0x0e, 0x0f] as const

type Screen = 'normal' | 'alternate'

/** The names of two character sets, and whether the second one is in use. */
interface Characters {
  readonly g0: string
  readonly g1: string
  readonly isShifted: boolean
}

const usual: Characters = { g0: 'B', g1: 'B', isShifted: false }

/** What DECSC has saved on one of the screens. */
class Saved {
  readonly pen = new Pen()
  characters = usual
}

/** Follows with which colours, attributes and character sets xterm.js goes on after the output of a program. */
export class OutputPen {
  readonly #pen = new Pen()
  #characters: Characters = { g0: 'B', g1: '0', isShifted: false }
  #screen: Screen
  readonly #saved = { normal: new Saved(), alternate: new Saved() }
  /** The end of the output, if it is the beginning of a sequence. */
  #held = ''

  /** Starts with what a picture of the whole pane leaves. */
  constructor(screen: Screen) {
    this.#screen = screen
  }

  get isAlternate(): boolean {
    return this.#screen === 'alternate'
  }

  /** The sequence that restores the state. */
  get sequence(): string {
    return sequenceOf(this.#pen, this.#characters)
  }

  /** The sequence for the state that was saved with the cursor of the normal screen. */
  get savedSequence(): string {
    const { pen, characters } = this.#saved.normal
    return sequenceOf(pen, characters)
  }

  /** Forgets the beginning of a sequence whose end is to come. */
  interrupt(): void {
    this.#held = ''
  }

  read(data: Uint8Array): void {
    if (this.#held === '' && !data.includes(escape) && !shifts.some(shift => data.includes(shift))) return
    const text = this.#held + Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1')
    for (const [sequence, colours, modes, onOrOff, short, single, set, name] of text.matchAll(sequences)) {
      if (sequence.length === 1) this.#characters = { ...this.#characters, isShifted: sequence === shiftOut }
      else if (colours !== undefined) this.#pen.apply(colours)
      else if (modes !== undefined) for (const mode of modes.split(';')) this.#switch(mode, onOrOff === 'h')
      else if (set !== undefined) this.#characters = { ...this.#characters, [set === '(' ? 'g0' : 'g1']: name }
      else if (single === '7' || short === 's') this.#save()
      else if (single === '8' || short === 'u') this.#restore()
      else this.#reset(single === 'c')
    }
    this.#held = beginning.exec(text.slice(-256))?.[0] ?? ''
  }

  #switch(mode: string, isOn: boolean): void {
    if (isOn && (mode === '1048' || mode === '1049')) this.#save()
    if (mode === '47' || mode === '1047' || mode === '1049') this.#screen = isOn ? 'alternate' : 'normal'
    if (!isOn && (mode === '1048' || mode === '1049')) this.#restore()
  }

  #save(): void {
    const saved = this.#saved[this.#screen]
    saved.pen.copy(this.#pen)
    saved.characters = this.#characters
  }

  #restore(): void {
    const { pen, characters } = this.#saved[this.#screen]
    this.#pen.copy(pen)
    this.#characters = characters
  }

  #reset(isFull: boolean): void {
    this.#pen.apply('0')
    this.#characters = usual
    if (isFull) {
      this.#screen = 'alternate'
      this.#save()
      this.#screen = 'normal'
    }
    this.#save()
  }
}

function sequenceOf(pen: Pen, { g0, g1, isShifted }: Characters): string {
  return `\u001b[m\u001b(${g0}\u001b)${g1}${isShifted ? '\u000e' : '\u000f'}${pen.sequence}`
}
