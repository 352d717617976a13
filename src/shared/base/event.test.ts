import { expect, onTestFinished, test } from 'vitest'

import { Emitter } from './event.ts'

test('a listener that throws stops neither the others nor the caller, and its error is reported later', async () => {
  const before = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  onTestFinished(() => before.forEach(listener => process.on('unhandledRejection', listener)))
  const late = new Promise(resolve => process.once('unhandledRejection', resolve))
  const emitter = new Emitter<string>()
  const heard: string[] = []
  const bug = new Error('a bug in a listener')
  emitter.event(() => {
    throw bug
  })
  emitter.event(value => heard.push(value))
  emitter.fire('news')
  expect(heard).toEqual(['news'])
  expect(await late).toBe(bug)
  emitter.dispose()
})
