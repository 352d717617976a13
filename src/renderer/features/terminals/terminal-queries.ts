import type { Terminal } from '@xterm/xterm'

import { DisposableStore, type Disposable } from '../../../shared/base/lifecycle.ts'

/** The window reports that xterm.js answers by itself (XTWINOPS 14, 16 and 18): sizes, but no titles. */
export const windowReports = { getWinSizePixels: true, getCellSizePixels: true, getWinSizeChars: true } as const

const maxNames = 32
const maxNameLength = 32

/**
 * The capabilities of terminfo(5) that a program may query by name (XTGETTCAP): the name of the terminal, and those that
 * its entry xterm-256color lacks. None of them leads a program to queries that stay unanswered.
 */
const capabilities: Readonly<Record<string, string>> = {
  TN: 'xterm-256color',
  name: 'xterm-256color',
  Co: '256',
  colors: '256',
  RGB: '8',
  setrgbf: '\x1b[38:2:%p1%d:%p2%d:%p3%dm',
  setrgbb: '\x1b[48:2:%p1%d:%p2%d:%p3%dm',
  Smulx: '\x1b[4:%p1%dm',
}

/**
 * Answers queries about the terminal that xterm.js does not: its name (XTVERSION) and capabilities (XTGETTCAP), as in
 * xterm's ctlseqs. The program controls no part of a reply but names in hexadecimal.
 */
export function answerQueries(terminal: Terminal, version: string, reply: (data: string) => void): Disposable {
  const store = new DisposableStore()
  store.add(
    terminal.parser.registerCsiHandler({ prefix: '>', final: 'q' }, params => {
      if ((params[0] ?? 0) === 0) reply(`\x1bP>|Hawser(${version})\x1b\\`)
      return true
    }),
  )
  store.add(
    terminal.parser.registerDcsHandler({ intermediates: '+', final: 'q' }, data => {
      for (const name of data.split(';').slice(0, maxNames)) {
        if (/^(?:[0-9a-f]{2})+$/i.test(name) && name.length <= 2 * maxNameLength) reply(capabilityReply(name))
      }
      return true
    }),
  )
  return store
}

/** The reply about one capability, with its name and value in hexadecimal. */
function capabilityReply(hexName: string): string {
  const name = String.fromCharCode(...(hexName.match(/../g) ?? []).map(byte => Number.parseInt(byte, 16)))
  const value = Object.hasOwn(capabilities, name) ? capabilities[name] : undefined
  return value === undefined ? `\x1bP0+r${hexName}\x1b\\` : `\x1bP1+r${hexName}=${toHex(value)}\x1b\\`
}

function toHex(text: string): string {
  return [...text].map(char => char.charCodeAt(0).toString(16).padStart(2, '0')).join('')
}
