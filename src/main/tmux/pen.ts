// SGR, and the shifts between the two character sets (ECMA-48), as capture-pane -e prints them.
// eslint-disable-next-line no-control-regex -- sequences begin with ESC
const changes = /\u001b\[([\d;:]*)m|[\u000e\u000f]/g
const shiftOut = '\u000e'
const longestParameter = 64

type Slot =
  | 'bold'
  | 'dim'
  | 'italic'
  | 'underline'
  | 'blink'
  | 'inverse'
  | 'invisible'
  | 'struck'
  | 'overline'
  | 'foreground'
  | 'background'
  | 'underline colour'

/** What a parameter sets: colours, or attributes by their codes. */
const sets: readonly (readonly [slot: Slot, ...codes: readonly number[]])[] = [
  ['bold', 1],
  ['dim', 2],
  ['italic', 3],
  ['underline', 4, 21],
  ['blink', 5, 6],
  ['inverse', 7],
  ['invisible', 8],
  ['struck', 9],
  ['overline', 53],
  ['foreground', 30, 31, 32, 33, 34, 35, 36, 37, 38, 90, 91, 92, 93, 94, 95, 96, 97],
  ['background', 40, 41, 42, 43, 44, 45, 46, 47, 48, 100, 101, 102, 103, 104, 105, 106, 107],
  ['underline colour', 58],
]
const clears: ReadonlyMap<number, readonly Slot[]> = new Map([
  [22, ['bold', 'dim']],
  [23, ['italic']],
  [24, ['underline']],
  [25, ['blink']],
  [27, ['inverse']],
  [28, ['invisible']],
  [29, ['struck']],
  [39, ['foreground']],
  [49, ['background']],
  [55, ['overline']],
  [59, ['underline colour']],
])
const slots: ReadonlyMap<number, Slot> = new Map(
  sets.flatMap(([slot, ...codes]) => codes.map((code): [number, Slot] => [code, slot])),
)
/** The colours that are followed by their kind and its values. */
const extended = [38, 48, 58]

/**
 * Follows the colours and attributes of a terminal. capture-pane continues a row with those of the previous one, so that
 * they have to be restored after anything that is written in between.
 */
export class Pen {
  #set: ReadonlyMap<Slot, string> = new Map()
  #shift = ''

  /** The sequence that restores the state after a reset; empty for the default. */
  get sequence(): string {
    const parameters = [...this.#set.values()].join(';')
    return `${parameters === '' ? '' : `\u001b[${parameters}m`}${this.#shift}`
  }

  /** Reads a captured row; returns true if it changed the state or began with another one than the default. */
  read(row: Uint8Array): boolean {
    const wasSet = this.sequence !== ''
    const text = Buffer.from(row.buffer, row.byteOffset, row.byteLength).toString('latin1')
    let isChanged = false
    for (const [sequence, parameters = ''] of text.matchAll(changes)) {
      isChanged = true
      if (sequence.length > 1) this.apply(parameters)
      else this.#shift = sequence === shiftOut ? sequence : ''
    }
    return wasSet || isChanged
  }

  /** Applies the parameters of an SGR sequence. */
  apply(parameters: string): void {
    const list = parameters.split(';')
    const set = new Map(this.#set)
    for (let at = 0; at < list.length; at++) {
      const first = list[at] as string
      const code = Number.parseInt(first, 10) || 0
      const length = extended.includes(code) && !first.includes(':') ? lengthOf(list[at + 1]) : 1
      const text = list.slice(at, at + length).join(';')
      at += length - 1
      if (code === 0) set.clear()
      for (const slot of first === '4:0' ? ['underline' as const] : (clears.get(code) ?? [])) set.delete(slot)
      const slot = slots.get(code)
      if (slot && first !== '4:0' && text.length <= longestParameter) set.set(slot, text)
    }
    this.#set = set
  }

  /** Takes over the colours and attributes of another pen. */
  copy(pen: Pen): void {
    this.#set = pen.#set
  }
}

/** The number of parameters of a colour, by its kind: `38;5;INDEX` or `38;2;RED;GREEN;BLUE`. */
function lengthOf(kind: string | undefined): number {
  return kind === '5' ? 3 : kind === '2' ? 5 : 2
}
