import headless from '@xterm/headless'
import { describe, expect, it } from 'vitest'

import { KeyboardModes } from './keyboard-modes.ts'
import { isReply } from './reply-cap.ts'

function setUp() {
  const terminal = new headless.Terminal({ cols: 40, rows: 5, allowProposedApi: true })
  const replies: string[] = []
  const modes = new KeyboardModes(terminal as never, data => replies.push(data))
  const write = (output: string) => new Promise<void>(resolve => terminal.write(output, resolve))
  const after = async (output: string) => {
    await write(output)
    return modes.current
  }
  return { after, replies, write }
}

describe('the key encoding that a program asks for', () => {
  it('pushes, pops and sets kitty’s flags', async () => {
    const { after } = setUp()
    expect((await after('\x1b[>1u')).kittyFlags).toBe(1)
    expect((await after('\x1b[>u')).kittyFlags).toBe(0)
    expect((await after('\x1b[>5u')).kittyFlags).toBe(5)
    expect((await after('\x1b[=2;2u')).kittyFlags).toBe(7)
    expect((await after('\x1b[=1;3u')).kittyFlags).toBe(6)
    expect((await after('\x1b[=3u')).kittyFlags).toBe(3)
    expect((await after('\x1b[<u')).kittyFlags).toBe(0)
    expect((await after('\x1b[<1u')).kittyFlags).toBe(1)
    expect((await after('\x1b[<9u')).kittyFlags).toBe(0)
    expect((await after('\x1b[>255u')).kittyFlags).toBe(31)
  })

  it('keeps separate flags for the two screens', async () => {
    const { after } = setUp()
    await after('\x1b[>1u')
    expect((await after('\x1b[?1049h')).kittyFlags).toBe(0)
    expect((await after('\x1b[>3u')).kittyFlags).toBe(3)
    expect((await after('\x1b[?1049l')).kittyFlags).toBe(1)
    expect((await after('\x1b[?1049h\x1b[<u')).kittyFlags).toBe(0)
  })

  it('keeps no more than 32 on the stack, and drops the oldest', async () => {
    const { after } = setUp()
    await after('\x1b[=7u' + '\x1b[>1u'.repeat(100_000))
    expect((await after('\x1b[<31u')).kittyFlags).toBe(1)
    expect((await after('\x1b[<2u')).kittyFlags).toBe(0)
  })

  it('reports the current modes, in sequences that count as replies', async () => {
    const { replies, write } = setUp()
    await write('\x1b[?u\x1b[>5u\x1b[?u\x1b[?4m\x1b[>4;2m\x1b[?4m\x1b[?1m\x1b[?7m')
    expect(replies).toEqual(['\x1b[?0u', '\x1b[?5u', '\x1b[>4;0m', '\x1b[>4;2m', '\x1b[>1;2m'])
    expect(replies.filter(reply => !isReply(reply))).toEqual([])
  })

  it('turns modifyOtherKeys on and off, and ignores other resources', async () => {
    const { after } = setUp()
    expect((await after('\x1b[>4;1m')).otherKeys).toBe(1)
    expect((await after('\x1b[>4;3m')).otherKeys).toBe(2)
    expect((await after('\x1b[>1;0m')).otherKeys).toBe(2)
    expect((await after('\x1b[>4m')).otherKeys).toBe(0)
    expect((await after('\x1b[>4;2m\x1b[>4n')).otherKeys).toBe(0)
    expect((await after('\x1b[>4;2m\x1b[>m')).otherKeys).toBe(0)
    // Sequences for colours and for restoring the cursor end in the same letters.
    expect(await after('\x1b[4;2m\x1b[u\x1b[4m')).toMatchObject({ otherKeys: 0, kittyFlags: 0 })
  })

  it.each([
    ['RIS', '\x1bc'],
    ['DECSTR', '\x1b[!p'],
  ])('%s ends all of it', async (_name, reset) => {
    const { after } = setUp()
    await after('\x1b[>1u\x1b[>4;2m\x1b[?1049h\x1b[>3u')
    expect(await after(reset)).toMatchObject({ kittyFlags: 0, otherKeys: 0 })
    expect((await after('\x1b[?1049h')).kittyFlags).toBe(0)
    expect((await after('\x1b[?1049l\x1b[<u')).kittyFlags).toBe(0)
  })
})
