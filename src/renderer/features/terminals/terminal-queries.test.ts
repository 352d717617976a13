import headless from '@xterm/headless'
import { describe, expect, it } from 'vitest'

import { isReply } from './reply-cap.ts'
import { answerQueries, windowReports } from './terminal-queries.ts'

async function repliesTo(output: string): Promise<readonly string[]> {
  const terminal = new headless.Terminal({ cols: 80, rows: 24, allowProposedApi: true, windowOptions: windowReports })
  const replies: string[] = []
  terminal.onData(data => replies.push(data))
  answerQueries(terminal as never, '1.2.3', data => replies.push(data))
  await new Promise<void>(resolve => terminal.write(output, resolve))
  terminal.dispose()
  return replies
}

const hex = (text: string) => Buffer.from(text).toString('hex')

describe('a program that queries the terminal', () => {
  it('gets its name and its size', async () => {
    expect(await repliesTo('\x1b[>q\x1b[>0q\x1b[18t')).toEqual([
      '\x1bP>|Hawser(1.2.3)\x1b\\',
      '\x1bP>|Hawser(1.2.3)\x1b\\',
      '\x1b[8;24;80t',
    ])
  })

  it('gets the capabilities that it names, and a negative reply for others', async () => {
    const names = ['TN', 'Co', 'RGB', 'Ms', 'constructor'].map(hex)
    expect(await repliesTo(`\x1bP+q${names.join(';')}\x1b\\`)).toEqual([
      `\x1bP1+r${hex('TN')}=${hex('xterm-256color')}\x1b\\`,
      `\x1bP1+r${hex('Co')}=${hex('256')}\x1b\\`,
      `\x1bP1+r${hex('RGB')}=${hex('8')}\x1b\\`,
      `\x1bP0+r${hex('Ms')}\x1b\\`,
      `\x1bP0+r${hex('constructor')}\x1b\\`,
    ])
  })

  it('can’t make the terminal type text of its choice', async () => {
    const hostile = ['rm -rf /', '0d0a0', `${'41'.repeat(33)}`, '\r', ''].map(name => `\x1bP+q${name}\x1b\\`).join('')
    expect(await repliesTo(`${hostile}\x1b[>1q\x1b[20t\x1b[21t\x1b[11t\x1b[13t`)).toEqual([])
    expect(await repliesTo(`\x1bP+q${Array(200).fill('4d73').join(';')}\x1b\\`)).toHaveLength(32)
  })

  it('gets only sequences that count as replies', async () => {
    const replies = await repliesTo(`\x1b[>q\x1b[18t\x1bP+q${hex('TN')};${hex('no')}\x1b\\`)
    expect(replies).toHaveLength(4)
    expect(replies.filter(reply => !isReply(reply))).toEqual([])
  })
})
