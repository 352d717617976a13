import { describe, expect, it } from 'vitest'

import { extraText, pastedCommand } from './pasted-command.ts'

const read = (text: string) => {
  const parsed = pastedCommand(text)
  return parsed === null ? null : parsed.ok ? parsed.command : parsed.message
}

describe('a paste into the address field', () => {
  it('accepts commands as cloud providers show them, also with a prompt', () => {
    expect(read('$ ssh abc-64411@ssh.runpod.io -i ~/.ssh/id_ed25519')).toMatchObject({
      destination: { user: 'abc-64411', address: 'ssh.runpod.io' },
      keyFile: '~/.ssh/id_ed25519',
    })
    expect(read('ssh -p 41234 root@1.2.3.4 -L 8080:localhost:8080')).toMatchObject({
      destination: { user: 'root', address: '1.2.3.4', port: 41234 },
      forwards: [{ kind: 'local' }],
    })
    expect(read('root@1.2.3.4')).toMatchObject({ destination: { user: 'root' } })
  })

  it('accepts a URL, and drops its password', () => {
    const parsed = read('sftp://user%40corp.example:s3cret@host:2222/data')
    expect(parsed).toMatchObject({
      destination: { user: 'user@corp.example', address: 'host', port: 2222 },
      left: ['/data'],
    })
    expect(JSON.stringify(parsed)).not.toContain('s3cret')
  })

  it('leaves other text unchanged, and reports errors in commands', () => {
    for (const text of ['10.0.0.1', 'gpu.example', 'sftp -P 41234 root@1.2.3.4', 'scp -P 1 a root@h:/x', 'some words'])
      expect(read(text)).toBeNull()
    expect(read('ssh -p 99999 h')).toBe('The port must be a number from 1 to 65535.')
  })

  it('reports what a saved host can’t hold', () => {
    const parsed = pastedCommand('ssh root@h nvidia-smi')
    expect(parsed?.ok === true && extraText({ jumps: [], forwards: [], left: parsed.command.left })).toBe(
      'Ignored: nvidia-smi.',
    )
  })
})
