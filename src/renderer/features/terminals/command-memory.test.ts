import { Terminal } from '@xterm/xterm'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import { CommandMemory } from './command-memory.ts'

describe('the command that was typed last', () => {
  let terminal: Terminal
  let memory: CommandMemory
  const print = (text: string) => new Promise<void>(resolve => terminal.write(text, resolve))
  const type = (keys: string) => [...keys].forEach(key => memory.typed(key))

  beforeEach(async () => {
    vi.stubGlobal('window', globalThis)
    terminal = new Terminal({ allowProposedApi: true })
    memory = new CommandMemory(terminal)
    await print('user@box:~$ ')
  })

  it('is the text after the prompt', async () => {
    type('ls -l')
    await print('ls -l')
    memory.typed('\r')
    expect(memory.last).toBe('ls -l')
  })

  it('is complete even if its last keys have no echo yet', async () => {
    type('echo one two th')
    await print('echo one two th')
    type('ree')
    memory.typed('\r')
    expect(memory.last).toBe('echo one two three')
  })

  it('is known once its echo arrives, even if none was there at Enter', async () => {
    type('echo one')
    await print('echo one')
    memory.typed('\r')
    await print('\r\none\r\nuser@box:~$ ')
    type('echo four')
    memory.typed('\r')
    await print('ec')
    await print('ho four\r\nfour\r\nuser@box:~$ ')
    expect(memory.last).toBe('echo four')
  })

  it('stays what it was when a password without an echo is entered', async () => {
    type('sudo ls')
    await print('sudo ls')
    memory.typed('\r')
    await print('\r\nPassword: ')
    type('secret')
    memory.typed('\r')
    await print('\r\nnotes\r\nuser@box:~$ ')
    expect(memory.last).toBe('sudo ls')
  })

  it('includes completions by the shell', async () => {
    type('cat no')
    await print('cat no')
    memory.typed('\t')
    await print('tes.txt')
    memory.typed('\r')
    expect(memory.last).toBe('cat notes.txt')
  })

  it('follows deletions', async () => {
    type('lss')
    await print('lss')
    memory.typed('\x7f')
    type(' -a')
    memory.typed('\r')
    // None of these keys has an echo yet, so the shown text counts.
    expect(memory.last).toBe('lss')
    await print('\b \b -a\r\nuser@box:~$ ')
    type('pwd')
    await print('pw')
    memory.typed('\r')
    expect(memory.last).toBe('pwd')
  })

  it('is never a password, which has no echo', async () => {
    await print('\r\nPassword: ')
    type('secret')
    memory.typed('\r')
    expect(memory.last).toBeNull()
  })
})
