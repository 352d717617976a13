import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import type { Answer, Question } from '../../shared/contract/prompts.ts'
import { dialRig, trusting } from '../../testing/dial.ts'
import { startTestServer, type TestServerOptions } from '../../testing/ssh-server.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { usualOptions } from './hop-options.ts'
import { passwordName } from '../storage/secret-names.ts'

async function server(options: TestServerOptions) {
  const made = await startTestServer(options)
  onTestFinished(() => made.close())
  return made
}

function rig(reply: (question: Question) => Answer | null) {
  const folder = tempDir()
  mkdirSync(join(folder, 'ssh'))
  const made = dialRig(folder, reply)
  onTestFinished(() => made.stop())
  const file = join(folder, 'ssh', 'known_hosts')
  const known = () => readFileSync(file, 'utf8').trim().split('\n')
  const trust = (name: string, key: string) => appendFileSync(file, `${name} ${key}\n`)
  return { ...made, known, trust }
}

/** Two jump hosts, and the servers at the same address behind them. */
async function ways() {
  const [a, b, target] = await Promise.all([
    server({ password: 'a' }),
    server({ password: 'b' }),
    server({ password: 'secret' }),
  ])
  return {
    a: { port: a.port, user: 'a' },
    b: { port: b.port, user: 'b' },
    target,
    to: { port: target.port, user: 'root' },
  }
}

const remembering =
  (passwords: Record<string, string>) =>
  (question: Question): Answer | null => {
    if (question.kind === 'new-key') return { kind: 'trust' }
    if (question.kind !== 'secrets' || !('title' in question)) return null
    const user = question.title.replace(/^Password for |@.*$/g, '')
    return { kind: 'secrets', secrets: [passwords[user] ?? ''], remember: true }
  }

describe('one address behind two jump hosts', () => {
  it('is two machines: neither host key nor password of one serves the other', async () => {
    const { a, b, target, to } = await ways()
    const made = rig(remembering({ a: 'a', b: 'b', root: 'secret' }))
    await made.dial(a, to)
    await expect.poll(() => made.secrets.size).toBe(2)
    await made.dial(b, to)
    const asked = made.asked.map(question =>
      question.kind === 'new-key' ? `key ${question.via.join()}` : question.kind === 'secrets' ? 'password' : '',
    )
    const [way1, way2] = [`a@127.0.0.1:${a.port}`, `b@127.0.0.1:${b.port}`]
    expect(asked).toEqual([
      'key ',
      'password',
      `key ${way1}`,
      'password',
      'key ',
      'password',
      `key ${way2}`,
      'password',
    ])
    await expect.poll(() => made.secrets.size).toBe(4)
    const login = { hostId: null, user: 'root', address: '127.0.0.1', port: target.port }
    expect([...made.secrets.keys()]).toEqual(
      expect.arrayContaining([passwordName({ ...login, via: [way1] }), passwordName({ ...login, via: [way2] })]),
    )
    expect(made.secrets.has(passwordName({ ...login, via: [] }))).toBe(false)
    const name = `[127.0.0.1]:${target.port}`
    expect(made.known().map(line => line.split(' ')[0])).toEqual([
      `[127.0.0.1]:${a.port}`,
      `${name}/via/127.0.0.1:${a.port}`,
      `[127.0.0.1]:${b.port}`,
      `${name}/via/127.0.0.1:${b.port}`,
    ])
  })

  it('a password of the plain address is not sent to what is behind a jump host', async () => {
    const { a, target, to } = await ways()
    const made = rig(remembering({ a: 'a', root: 'secret' }))
    made.secrets.set(`login:root@127.0.0.1:${target.port}:password`, 'of another machine')
    await made.dial(a, to)
    const texts = made.asked.map(question => ('text' in question ? question.text : ''))
    expect(texts).toEqual(['', '', '', ''])
  })

  it('accepts the key that ssh has stored for the address, and requires it on this route', async () => {
    const { a, target, to } = await ways()
    const made = rig(trusting('a', 'secret'))
    made.trust(`[127.0.0.1]:${target.port}`, target.publicKey)
    await made.dial(a, to)
    expect(made.asked.filter(({ kind }) => kind === 'new-key')).toHaveLength(1)
    const own = made.known().filter(line => line.startsWith(`[127.0.0.1]:${target.port}/via/127.0.0.1:${a.port} `))
    expect(own).toEqual([`[127.0.0.1]:${target.port}/via/127.0.0.1:${a.port} ${target.publicKey}`])
  })

  it('asks about a key that differs from that of the address, even if the config would accept any', async () => {
    const { a, target, to } = await ways()
    const other = await server({ password: 'x' })
    for (const strict of ['ask', 'accept-new', 'no'] as const) {
      const made = rig(question =>
        question.kind === 'new-key' && question.elsewhere.length > 0 ? null : trusting('a')(question),
      )
      made.trust(`[127.0.0.1]:${target.port}`, other.publicKey)
      const options = { ...usualOptions, trust: { ...usualOptions.trust, strict } }
      await expect(made.dial(a, { ...to, options })).rejects.toMatchObject({ code: 'cancelled' })
      expect(made.asked.at(-1)).toMatchObject({ kind: 'new-key', elsewhere: [{ type: 'ED25519' }] })
      expect(made.known().some(line => line.includes('/via/'))).toBe(false)
    }
  })

  it('is an alarm once another key is stored for the same route, and a revoked key is refused on any', async () => {
    const { a, target, to } = await ways()
    const other = await server({ password: 'x' })
    const changed = rig(trusting('a'))
    changed.trust(`[127.0.0.1]:${target.port}`, target.publicKey)
    changed.trust(`[127.0.0.1]:${target.port}/via/127.0.0.1:${a.port}`, other.publicKey)
    await expect(changed.dial(a, to)).rejects.toMatchObject({ code: 'host-key-rejected' })
    expect(changed.asked.at(-1)?.kind).toBe('changed-key')
    const revoked = rig(trusting('a'))
    revoked.trust(`@revoked [127.0.0.1]:${target.port}`, target.publicKey)
    revoked.trust(`[127.0.0.1]:${target.port}/via/127.0.0.1:${a.port}`, target.publicKey)
    await expect(revoked.dial(a, to)).rejects.toMatchObject({ code: 'host-key-rejected' })
  })
})
