import { describe, expect, it, onTestFinished } from 'vitest'

import type { Question } from '../../shared/contract/prompts.ts'
import { completeHop, dialRig } from '../../testing/dial.ts'
import { startTestServer, type Round, type ServerEvent, type TestServerOptions } from '../../testing/ssh-server.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { passwordName } from '../storage/secret-names.ts'
import { usualOptions } from './hop-options.ts'

type Reply = { readonly secrets: readonly string[]; readonly remember?: boolean } | null

async function signIn(options: TestServerOptions, replies: readonly Reply[], kept?: string) {
  const events: ServerEvent[] = []
  const server = await startTestServer(options, event => events.push(event))
  onTestFinished(server.close)
  const left = [...replies]
  const rig = dialRig(tempDir(), (question: Question) => {
    if (question.kind === 'new-key') return { kind: 'trust' }
    const next = left.shift()
    return next ? { kind: 'secrets', remember: false, ...next, secrets: [...next.secrets] } : null
  })
  onTestFinished(rig.stop)
  const name = passwordName(completeHop({ port: server.port }, 0))
  if (kept !== undefined) rig.secrets.set(name, kept)
  // The password before any questions.
  const inOrder = { ...usualOptions, methods: ['password', 'keyboard-interactive'] as const }
  const dialled = await rig.dial({ port: server.port, options: inOrder }).then(
    () => 'signed in',
    (error: Error & { code: string }) => error.code,
  )
  const passwords = events.flatMap(({ kind, method, text }) => (kind === 'auth' && method === 'password' ? [text] : []))
  return {
    dialled,
    passwords,
    remembered: rig.secrets.get(name),
    asked: rig.asked.filter(question => question.kind === 'secrets'),
    left: left.length,
  }
}

describe('a server that wants a new password (SSH_MSG_USERAUTH_PASSWD_CHANGEREQ)', () => {
  const expired = { prompt: 'Your password has expired.\u001b[2J\nChoose another.' }

  it('is given the one that is typed twice, below its own words, and signs in', async () => {
    const { dialled, passwords, asked } = await signIn({ password: 'old', expired }, [
      { secrets: ['old'] },
      { secrets: ['new', 'new'] },
    ])
    expect(dialled).toBe('signed in')
    expect(passwords).toEqual(['new'])
    expect(asked[1]).toMatchObject({
      from: { kind: 'hawser' },
      title: expect.stringMatching(/^New password for me@/),
      prompts: [{ echo: false }, { echo: false }],
      said: { fromServer: 'Your password has expired.\nChoose another.' },
    })
  })

  it('is sent none that is empty or typed differently: both are asked for again', async () => {
    const { dialled, passwords, left } = await signIn({ password: 'old', expired }, [
      { secrets: ['old'] },
      { secrets: ['new', 'nwe'] },
      { secrets: ['', ''] },
      { secrets: ['new', 'new'] },
    ])
    expect([dialled, passwords, left]).toEqual(['signed in', ['new'], 0])
  })

  it('may turn one down and ask again', async () => {
    const options = { password: 'old', expired: { ...expired, refuses: ['abc'] } }
    const { dialled, passwords } = await signIn(options, [
      { secrets: ['old'] },
      { secrets: ['abc', 'abc'] },
      { secrets: ['new', 'new'] },
    ])
    expect([dialled, passwords]).toEqual(['signed in', ['new']])
  })

  it('leaves the new one in the vault where the old one was, or where a person wants it', async () => {
    const wanted = await signIn({ password: 'old', expired }, [
      { secrets: ['old'], remember: true },
      { secrets: ['new', 'new'] },
    ])
    expect(wanted.remembered).toBe('new')
    const kept = await signIn({ password: 'old', expired }, [{ secrets: ['new', 'new'] }], 'old')
    expect(kept.remembered).toBe('new')
    const not = await signIn({ password: 'old', expired }, [{ secrets: ['old'] }, { secrets: ['new', 'new'] }])
    expect(not.remembered).toBeUndefined()
  })

  it('signs nobody in when the person cancels', async () => {
    const { dialled, passwords } = await signIn({ password: 'old', expired }, [{ secrets: ['old'] }, null])
    expect([dialled, passwords]).toEqual(['cancelled', []])
  })

  it('may ask questions afterwards', async () => {
    const code: Round = { name: '', text: '', prompts: [{ prompt: 'Code: ', echo: true }], answers: ['123'] }
    const { dialled } = await signIn(
      { password: 'old', expired, rounds: [code], require: ['password', 'keyboard-interactive'] },
      [{ secrets: ['old'] }, { secrets: ['new', 'new'] }, { secrets: ['123'] }],
    )
    expect(dialled).toBe('signed in')
  })
})

describe('a sign-in in which PAM changes the password', () => {
  const round = (prompt: string, answer: string): Round => ({
    name: '',
    text: '',
    prompts: [{ prompt, echo: false }],
    answers: [answer],
  })
  const dialogues: readonly (readonly Round[])[] = [
    [
      round('Password: ', 'old'),
      round('You are required to change your password immediately (password expired).\nCurrent password: ', 'old'),
      round('New password: ', 'new'),
      round('Retype new password: ', 'new'),
    ],
    [round('Parola: ', 'old'), round('Geçerli: ', 'old'), round('Yeni: ', 'new'), round('Yeni (tekrar): ', 'new')],
  ]

  it.each(dialogues.map(rounds => [rounds] as const))('remembers the new one, in any language', async rounds => {
    const replies = ['old', 'old', 'new', 'new'].map((secret, index) => ({ secrets: [secret], remember: index === 0 }))
    const { dialled, remembered } = await signIn({ rounds }, replies)
    expect([dialled, remembered]).toEqual(['signed in', 'new'])
    const again = await signIn({ rounds }, replies.slice(1), 'old')
    expect([again.dialled, again.remembered]).toEqual(['signed in', 'new'])
    const not = await signIn(
      { rounds },
      replies.map(reply => ({ ...reply, remember: false })),
    )
    expect([not.dialled, not.remembered]).toEqual(['signed in', undefined])
  })

  it('remembers no code that is asked for twice', async () => {
    const rounds = [round('Password: ', 'pw'), round('Token code: ', '123456'), round('Repeat the code: ', '123456')]
    const { remembered } = await signIn(
      { rounds },
      ['pw', '123456', '123456'].map((secret, index) => ({ secrets: [secret], remember: index === 0 })),
    )
    expect(remembered).toBe('pw')
  })
})
