import { describe, expect, it } from 'vitest'

import { parseSshCommand } from './ssh-command.ts'

const read = (line: string) => {
  const parsed = parseSshCommand(line)
  return parsed.ok ? parsed.command : parsed.message
}

describe('an ssh command line', () => {
  it('uses the first of each option, as ssh does', () => {
    expect(read('ssh -l alice bob@h')).toMatchObject({ destination: { user: 'alice' } })
    expect(read('ssh bob@h -l alice')).toMatchObject({ destination: { user: 'bob' } })
    expect(read('ssh -p 1 -p 2 -o port=5 h')).toMatchObject({ destination: { port: 1 } })
    expect(read('ssh -i a -i b h')).toMatchObject({ keyFile: 'a', left: ['-i b'] })
  })

  it('treats the jump host none as no jump host, and respects the end of options', () => {
    expect(read('ssh -J none h')).toMatchObject({ jumps: [] })
    expect(read('ssh -o ProxyJump=none h')).toMatchObject({ jumps: [] })
    expect(read('ssh -p 22 -- h')).toMatchObject({ destination: { address: 'h', port: 22 } })
  })

  it('keeps quoted parts as a shell does', () => {
    expect(read('ssh -i "C:\\Users\\me\\id" h')).toMatchObject({ keyFile: 'C:\\Users\\me\\id' })
    expect(read("ssh -i '/a b/c' \\\n  me@h")).toMatchObject({ keyFile: '/a b/c', destination: { user: 'me' } })
  })

  it('reports what is wrong', () => {
    expect(read('ssh -p abc h')).toBe('The port must be a number from 1 to 65535.')
    expect(read('ssh -p')).toBe('-p needs a value.')
    expect(read('ssh --help h')).toBe('ssh has no option --help.')
    expect(read('ssh "h')).toBe('A quotation mark is not closed.')
  })
})
