import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { dialRig, trusting } from '../../testing/dial.ts'
import { startTestServer } from '../../testing/ssh-server.ts'
import { tempDir } from '../../testing/temp-dir.ts'
import { Banner } from './banner.ts'

it('joins the banners of one sign-in, cleans and cuts them', () => {
  const banner = new Banner()
  expect(banner.text).toBeNull()
  expect(banner.add('\u001b[2J\r\n')).toBe(false)
  expect(banner.add('one\r\n')).toBe(true)
  expect(banner.add('two\u0007\u202e')).toBe(true)
  expect(banner.text).toEqual({ fromServer: 'one\ntwo' })
  expect(banner.add('x'.repeat(100_000))).toBe(true)
  expect(banner.text?.fromServer).toMatch(/^one\ntwox+…$/)
  expect(banner.text?.fromServer.length).toBeLessThanOrEqual(4_000)
})

it('accepts no more than ten, so that they can’t keep a sign-in open forever', () => {
  const banner = new Banner()
  const taken = Array.from({ length: 30 }, (_, index) => banner.add(`${index}\n`))
  expect(taken.filter(Boolean)).toHaveLength(10)
})

describe('a banner', () => {
  const banner = '\u001b[31mTo sign in, visit:\u001b[0m\r\nhttps://login.example/a/1\u202e\n'
  const shown = 'To sign in, visit:\nhttps://login.example/a/1'

  it('is shown at once, made safe, while the server waits', async () => {
    const { port, close } = await startTestServer({ banner, stall: true })
    onTestFinished(close)
    const { dial, steps, stop } = dialRig(tempDir(), trusting())
    const dialling = dial({ port })
    dialling.catch(() => {})
    await vi.waitFor(() => expect(steps.at(-1)).toBe(`Signing in as me: ${shown}`))
    stop()
    await expect(dialling).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('is part of the question that follows it, and stays until the sign-in is complete', async () => {
    const { port, close } = await startTestServer({ banner, password: 'pw' })
    onTestFinished(close)
    const { dial, asked, steps, stop } = dialRig(tempDir(), trusting('pw'))
    onTestFinished(stop)
    await dial({ port, signIn: 'password' })
    expect(asked.map(question => ('said' in question ? question.said : undefined))).toEqual([
      undefined,
      { fromServer: shown },
    ])
    expect(steps.slice(-2)).toEqual(['asking', `Signing in as me: ${shown}`])
  })

  it('may arrive as a round without prompts, which pam_lastlog and clusters use for notices', async () => {
    const notice = { name: '', text: 'Your account expires in 3 days.\n', prompts: [], answers: [] }
    const password = { name: '', text: '', prompts: [{ prompt: 'Password: ', echo: false }], answers: ['pw'] }
    const { port, close } = await startTestServer({ rounds: [notice, password] })
    onTestFinished(close)
    const { dial, banners, stop } = dialRig(tempDir(), trusting('pw'))
    onTestFinished(stop)
    await dial({ port, signIn: 'password' })
    expect(banners).toEqual(['Your account expires in 3 days.\n'])
  })
})
