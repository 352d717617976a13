import { describe, expect, it } from 'vitest'

import { HeldInput } from './held-input.ts'
import { ShellFolder } from './shell-folder.ts'

function setUp() {
  const typed: string[] = []
  const held: HeldInput = new HeldInput(data => {
    if (!held.keeps(data)) typed.push(data)
  })
  const type = (data: string) => (held.keeps(data) ? undefined : typed.push(data))
  return { typed, held, type }
}

describe('input that is held', () => {
  it('comes after the line that it was held for', () => {
    const { typed, held, type } = setUp()
    type('a')
    const hold = held.hold()
    type('b')
    type('c')
    expect(typed).toEqual(['a'])
    expect(hold.release('line\r')).toBe(true)
    type('d')
    hold.dispose()
    expect(typed).toEqual(['a', 'line\r', 'b', 'c', 'd'])
  })

  it('is typed without a line if there is none', () => {
    const { typed, held, type } = setUp()
    const hold = held.hold()
    type('a')
    hold.dispose()
    expect(hold.release('line\r')).toBe(false)
    expect(typed).toEqual(['a'])
  })

  it('is released by Ctrl+C, and the line is not typed any more', () => {
    const { typed, held, type } = setUp()
    const hold = held.hold()
    type('a')
    type('\x03')
    expect(hold.release('line\r')).toBe(false)
    expect(typed).toEqual(['a', '\x03'])
  })

  it('of an earlier hold goes first, and the earlier hold is over', () => {
    const { typed, held, type } = setUp()
    const first = held.hold()
    type('a')
    const second = held.hold()
    type('b')
    first.dispose()
    expect(typed).toEqual(['a'])
    second.release('line\r')
    expect(typed).toEqual(['a', 'line\r', 'b'])
  })
})

describe('the folder of a lost shell', () => {
  it('is returned to if the shell had moved there', () => {
    const folder = new ShellFolder()
    folder.report('/home')
    expect(folder.startOver()).toBeNull()
    folder.report('/home')
    folder.report('/srv')
    expect(folder.current).toBe('/srv')
    expect(folder.startOver()).toBe('/srv')
    expect(folder.current).toBeNull()
  })

  it('is not forgotten if the next shell is lost before it is there', () => {
    const folder = new ShellFolder()
    folder.report('/home')
    folder.report('/srv')
    folder.startOver()
    folder.report('/home')
    expect(folder.startOver()).toBe('/srv')
    folder.reached()
    folder.report('/home')
    folder.report('/srv')
    folder.report('/home')
    expect(folder.startOver()).toBeNull()
  })
})
