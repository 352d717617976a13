import { describe, expect, it, vi } from 'vitest'

import { Closing } from './closing.ts'

interface Situation {
  readonly tray?: boolean
  /** Nothing is open that would need a question. */
  readonly idle?: boolean
}

function setUp({ tray = false, idle = false }: Situation = {}) {
  const answers: { yes: () => void; no: () => void; fail: () => void }[] = []
  const ask = () =>
    new Promise<boolean>((resolve, reject) =>
      answers.push({
        yes: () => resolve(true),
        no: () => resolve(false),
        fail: () => reject(new Error('no screen')),
      }),
    )
  const [question, leave] = [vi.fn(ask), vi.fn(ask)]
  const [hide, close] = [vi.fn(), vi.fn()]
  const closing = new Closing({
    staysInTray: () => tray,
    hide,
    askToClose: () => (idle ? null : question()),
    askToLeave: leave,
    close,
  })
  const answer = async (what: 'yes' | 'no' | 'fail') => {
    answers.shift()?.[what]()
    await new Promise(resolve => setImmediate(resolve))
  }
  return { closing, question, leave, hide, close, answer }
}

describe('closing the window', () => {
  it('needs no question if nothing is active', () => {
    const { closing, question } = setUp({ idle: true })
    expect(closing.mayClose()).toBe(true)
    expect(question).not.toHaveBeenCalled()
  })

  it('is refused until the answer is yes, then repeated and allowed', async () => {
    const { closing, close, answer } = setUp()
    expect(closing.mayClose()).toBe(false)
    expect(close).not.toHaveBeenCalled()
    await answer('yes')
    expect(close).toHaveBeenCalledOnce()
    expect(closing.mayClose()).toBe(true)
  })

  it('asks once, however often it is closed while the question is open', async () => {
    const { closing, question, answer } = setUp()
    expect([closing.mayClose(), closing.mayClose(), closing.mayClose()]).toEqual([false, false, false])
    expect(question).toHaveBeenCalledOnce()
    await answer('no')
    expect(closing.mayClose()).toBe(false)
    expect(question).toHaveBeenCalledTimes(2)
  })

  it('keeps the window when the question can’t be shown', async () => {
    const { closing, close, answer } = setUp()
    closing.mayClose()
    await answer('fail')
    expect(close).not.toHaveBeenCalled()
  })

  it('hides in the tray, but not when the program quits', () => {
    const { closing, hide, question } = setUp({ tray: true })
    expect(closing.mayClose()).toBe(false)
    expect(hide).toHaveBeenCalledOnce()
    closing.quit()
    expect(closing.mayClose()).toBe(false)
    expect(question).toHaveBeenCalledOnce()
    expect(hide).toHaveBeenCalledOnce()
  })

  it('goes to the tray again after quitting was cancelled', async () => {
    const { closing, hide, answer } = setUp({ tray: true })
    closing.quit()
    closing.mayClose()
    await answer('no')
    closing.mayClose()
    expect(hide).toHaveBeenCalledOnce()
  })

  it('asks about unsaved changes after active work, and a no withdraws both answers', async () => {
    const { closing, question, leave, close, answer } = setUp()
    closing.mayClose()
    await answer('yes')
    expect(closing.mayClose()).toBe(true)
    expect(closing.mayLeave()).toBe(false)
    expect(closing.mayLeave()).toBe(false)
    expect(leave).toHaveBeenCalledOnce()
    await answer('no')
    expect(close).toHaveBeenCalledOnce()
    expect(closing.mayClose()).toBe(false)
    await answer('yes')
    expect(closing.mayClose()).toBe(true)
    closing.mayLeave()
    await answer('yes')
    expect(close).toHaveBeenCalledTimes(3)
    expect([closing.mayClose(), closing.mayLeave()]).toEqual([true, true])
    expect(question).toHaveBeenCalledTimes(2)
  })

  it('asks nothing when the system shuts down, even while a question is open', () => {
    const { closing, question } = setUp({ tray: true })
    closing.quit()
    closing.mayClose()
    closing.shutDown()
    expect([closing.mayClose(), closing.mayLeave()]).toEqual([true, true])
    expect(question).toHaveBeenCalledOnce()
  })
})
