import { afterAll, expect } from 'vitest'

// What a suite opened it must have ended: sockets, servers and child processes that live on fail it.
const watched = new Set(['TCPSocketWrap', 'TCPServerWrap', 'PipeWrap', 'ProcessWrap', 'MessagePort'])
const before = count()

afterAll(async () => {
  // What was just closed goes on the next turns of the loop.
  for (let turns = 0; turns < 100 && leaked() > 0; turns++) await new Promise(resolve => setTimeout(resolve, 20))
  expect(
    leaked(),
    `left open: ${process
      .getActiveResourcesInfo()
      .filter(name => watched.has(name))
      .join(', ')}`,
  ).toBe(0)
})

function leaked(): number {
  return Math.max(0, count() - before)
}

function count(): number {
  return process.getActiveResourcesInfo().filter(name => watched.has(name)).length
}
