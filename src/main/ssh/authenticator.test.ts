import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import type { AnyAuthMethod } from 'ssh2'
import { afterEach, describe, expect, it } from 'vitest'

import type { Answer, Question } from '../../shared/contract/prompts.ts'
import { completeHop, dialRig } from '../../testing/dial.ts'
import { startTestServer, type ServerEvent, type TestServerOptions } from '../../testing/ssh-server.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { passwordName, pastedKeyName } from '../storage/secret-names.ts'
import { Authenticator } from './authenticator.ts'
import type { PlannedHop } from './connection-plan.ts'
import { usualOptions } from './hop-options.ts'
import { KeyRing } from './key-ring.ts'

const ends: (() => void)[] = []
afterEach(() => ends.splice(0).forEach(end => end()))

/** The user's answers to the questions of a sign-in, in order; null is Cancel. */
type Answers = readonly (string | { readonly secret: string; readonly remember: boolean } | null)[]

async function signIn(options: TestServerOptions, answers: Answers, hop: Partial<PlannedHop> = {}) {
  const folder = tempDir()
  mkdirSync(join(folder, 'ssh'), { mode: 0o700 })
  const events: ServerEvent[] = []
  const server = await startTestServer(options, event => events.push(event))
  const left = [...answers]
  const reply = (question: Question): Answer | null => {
    if (question.kind === 'new-key') return { kind: 'trust' }
    const next = left.shift()
    if (question.kind !== 'secrets' || next === null || next === undefined) return null
    const { secret, remember } = typeof next === 'string' ? { secret: next, remember: false } : next
    return { kind: 'secrets', secrets: question.prompts.map(() => secret), remember }
  }
  const rig = dialRig(folder, reply)
  ends.push(
    () => server.close(),
    () => rig.stop(),
  )
  const whole = completeHop({ port: server.port, ...hop }, 0)
  return {
    rig,
    name: passwordName(whole),
    dial: () => rig.dial({ port: server.port, ...hop }),
    asked: () => rig.asked.filter(question => question.kind === 'secrets'),
    sent: () =>
      events.filter(event => event.kind === 'auth').map(event => `${event.method} ${event.ok ? 'yes' : 'no'}`),
  }
}

const otp = {
  name: 'Second step',
  text: '',
  prompts: [{ prompt: 'Verification code: ', echo: true }],
  answers: ['123'],
}
const password = { name: '', text: '', prompts: [{ prompt: 'Password: ', echo: false }], answers: ['pw'] }

describe('Authenticator', () => {
  it('starts with none and sends a password only if the server requires one', async () => {
    const { dial, sent } = await signIn({ password: 'pw' }, ['pw'])
    await dial()
    expect(sent()).toEqual(['none no', 'password yes'])
  })

  it('saves the answer that worked and no other', async () => {
    const { dial, rig, name } = await signIn({ password: 'pw' }, [{ secret: 'wrong', remember: true }, 'pw'])
    await dial()
    expect(rig.secrets.get(name)).toBeUndefined()
    const again = await signIn({ password: 'pw' }, [{ secret: 'pw', remember: true }])
    await again.dial()
    expect(again.rig.secrets.get(again.name)).toBe('pw')
  })

  it('saves nothing of a failed sign-in', async () => {
    const wrong = { secret: 'wrong', remember: true }
    const { dial, rig } = await signIn({ password: 'pw' }, [wrong, wrong, wrong])
    await expect(dial()).rejects.toMatchObject({ code: 'auth-failed' })
    expect([...rig.secrets]).toEqual([])
  })

  it('sends a saved password once, and asks after it was rejected', async () => {
    const { dial, rig, name, asked, sent } = await signIn({ password: 'pw' }, ['pw'])
    rig.secrets.set(name, 'old')
    await dial()
    expect(asked()).toHaveLength(1)
    expect(sent()).toEqual(['none no', 'password no', 'password yes'])
  })

  it('ends with cancelled when the user cancels, and sends nothing more', async () => {
    const { dial, sent } = await signIn({ password: 'pw' }, [null])
    await expect(dial()).rejects.toMatchObject({ code: 'cancelled' })
    expect(sent()).toEqual(['none no'])
  })

  it('answers a prompt for the password with the saved one', async () => {
    const { dial, rig, name, asked } = await signIn({ rounds: [password] }, [])
    rig.secrets.set(name, 'pw')
    await dial()
    expect(asked()).toEqual([])
  })

  it('neither saves a one-time code nor answers it with a password', async () => {
    const { dial, rig, name, asked } = await signIn({ rounds: [otp] }, [{ secret: '123', remember: true }])
    rig.secrets.set(name, 'pw')
    await dial()
    expect(asked()).toMatchObject([{ remember: false }])
    expect([...rig.secrets]).toEqual([[name, 'pw']])
  })

  it.each(['Passwort: ', '密码：', '암호: ', 'Nenosiri: '])(
    'takes one hidden question for the password: %s',
    async prompt => {
      const rounds = [{ ...password, prompts: [{ prompt, echo: false }] }]
      const { dial, rig, name, asked } = await signIn({ rounds }, [{ secret: 'pw', remember: true }])
      await dial()
      expect(asked()).toMatchObject([{ remember: true }])
      expect(rig.secrets.get(name)).toBe('pw')
      const again = await signIn({ rounds }, [])
      again.rig.secrets.set(again.name, 'pw')
      await again.dial()
      expect(again.asked()).toEqual([])
    },
  )

  it('saves no hidden one-time code, in other languages too', async () => {
    const rounds = [{ ...password, prompts: [{ prompt: '动态密码: ', echo: false }] }]
    const { dial, rig, name, asked } = await signIn({ rounds }, [{ secret: 'pw', remember: true }])
    rig.secrets.set(name, 'kept')
    await dial()
    expect(asked()).toMatchObject([{ remember: false }])
    expect([...rig.secrets]).toEqual([[name, 'kept']])
  })

  it('asks for no password if only keys are allowed', async () => {
    const { dial, asked } = await signIn({ password: 'pw' }, ['pw'], { signIn: 'agent' })
    await expect(dial()).rejects.toMatchObject({ code: 'auth-failed' })
    expect(asked()).toEqual([])
  })

  it('gives up on a server that prompts endlessly', async () => {
    const { dial } = await signIn(
      { rounds: Array.from({ length: 40 }, () => otp) },
      Array.from({ length: 40 }, () => '123'),
    )
    await expect(dial()).rejects.toMatchObject({ code: 'auth-failed' })
  })

  it('reports a locked vault if it may contain the key, before anything is sent', async () => {
    const folder = tempDir()
    const asked: Question[] = []
    const auth = new Authenticator({
      hop: { ...completeHop({ signIn: 'key', options: usualOptions }, 0), hostId: 'a-host' as never },
      secrets: { locked: true, get: () => Promise.resolve(null), set: () => Promise.resolve() },
      keys: new KeyRing({ sshFolder: folder, worker: new URL('../key-formats/key-worker.mjs', import.meta.url) }),
      agent: () => Promise.resolve([]),
      ask: async question => (asked.push(question), null),
      giveUp: () => {},
    })
    const next = await new Promise<AnyAuthMethod | false>(resolve =>
      auth.handler(null as never, false, resolve as never),
    )
    expect(next).toBe(false)
    expect(auth.failure).toMatchObject({ code: 'vault-locked' })
    expect(asked).toEqual([])
    expect(pastedKeyName('a-host')).toContain('a-host')
  })
})
