import { afterAll, expect } from 'vitest'

import { watchListeners } from '../shared/base/event.ts'

// A suite must close everything it opened: remaining sockets, servers, child processes and listeners fail it.
const watched = new Set(['TCPSocketWrap', 'TCPServerWrap', 'PipeWrap', 'ProcessWrap', 'MessagePort'])
const before = count()
/** The listeners of emitters, each with the place where it was added. */
const listeners = new Map<object, Error>()
watchListeners({
  onAdded: listener => void listeners.set(listener, new Error('Added here')),
  onRemoved: listener => void listeners.delete(listener),
})

afterAll(async () => {
  // Closing takes effect on the next turns of the event loop.
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

/** Returns the caller of the emitter: the stack line below the error's message, its watch and the emitter. */
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
