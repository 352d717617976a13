import { afterAll, expect } from 'vitest'

import { watchListeners } from '../shared/base/event.ts'

// What a suite opened it must have ended: sockets, servers, child processes and listeners that live on fail it.
const watched = new Set(['TCPSocketWrap', 'TCPServerWrap', 'PipeWrap', 'ProcessWrap', 'MessagePort'])
const before = count()
/** The listeners that emitters hold, each with where it was added. */
const listeners = new Map<object, Error>()
watchListeners({
  onAdded: listener => void listeners.set(listener, new Error('Added here')),
  onRemoved: listener => void listeners.delete(listener),
})

afterAll(async () => {
  // What was just closed goes on the next turns of the loop.
  for (let turns = 0; turns < 100 && (leaked() > 0 || listeners.size > 0); turns++)
    await new Promise(resolve => setTimeout(resolve, 20))
  expect(
    leaked(),
    `left open: ${process
      .getActiveResourcesInfo()
      .filter(name => watched.has(name))
      .join(', ')}`,
  ).toBe(0)
  const places = [...new Set([...listeners.values()].map(placeOf))]
  expect(places, `left listening:\n${places.join('\n')}`).toEqual([])
})

/** Who called the emitter: below the error's message, its watch and the emitter. */
function placeOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .slice(3, 6)
    .map(line => line.trim())
    .join(' ')
}

function leaked(): number {
  return Math.max(0, count() - before)
}

function count(): number {
  return process.getActiveResourcesInfo().filter(name => watched.has(name)).length
}
