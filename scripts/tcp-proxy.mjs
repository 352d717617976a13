#!/usr/bin/env node
// A TCP proxy with faults. As a program: tcp-proxy.mjs LISTEN_PORT TARGET_PORT [--delay MS] [--rate BYTES_PER_S]
// As a module: const link = await open(targetPort, { delayMs, bytesPerSecond }); link.port, link.reset(), ...
import net from 'node:net'
import { pathToFileURL } from 'node:url'

/** Opens a proxy to 127.0.0.1:targetPort. `delayMs` is one way; round trips take twice as long. */
export function open(targetPort, { delayMs = 0, bytesPerSecond = Infinity, listenPort = 0 } = {}) {
  const pairs = new Set()
  /** What continues to carry bytes once the link is no longer stalled. */
  const held = new Set()
  const link = { port: 0, delayMs, bytesPerSecond, stalled: false, refusing: false, up: 0, down: 0 }

  const server = net.createServer({ allowHalfOpen: true }, client => {
    if (link.refusing) return client.resetAndDestroy()
    const target = net.connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true })
    const pair = { client, target }
    pairs.add(pair)
    for (const socket of [client, target]) {
      socket.setNoDelay(true)
      socket.on('error', () => drop(pair))
      socket.on('close', () => drop(pair))
    }
    carry(client, target, 'up')
    carry(target, client, 'down')
  })

  function drop(pair) {
    if (!pairs.delete(pair)) return
    pair.client.destroy()
    pair.target.destroy()
  }

  // Bytes leave in order, each chunk `delayMs` after its arrival, no faster than the rate. While stalled they are
  // queued: nothing is lost.
  function carry(from, to, direction) {
    const queue = []
    let freeAt = 0
    let timer
    const pump = () => {
      timer = undefined
      if (link.stalled) return void held.add(pump)
      while (queue.length > 0 && queue[0].due <= performance.now()) {
        const { bytes } = queue.shift()
        if (bytes === null) to.end()
        else {
          link[direction] += bytes.length
          if (!to.write(bytes) && !from.isPaused()) {
            from.pause()
            to.once('drain', () => from.resume())
          }
        }
      }
      if (queue.length > 0) timer = setTimeout(pump, Math.max(0, queue[0].due - performance.now()))
    }
    const push = bytes => {
      freeAt = Math.max(freeAt, performance.now()) + ((bytes?.length ?? 0) / link.bytesPerSecond) * 1000
      queue.push({ bytes, due: freeAt + link.delayMs })
      if (!held.has(pump)) timer ??= setTimeout(pump, Math.max(0, queue[0].due - performance.now()))
    }
    from.on('data', push)
    from.on('end', () => push(null))
    from.on('close', () => {
      clearTimeout(timer)
      held.delete(pump)
    })
  }

  /** Both ends see a reset, as when a router drops the connection. */
  link.reset = ({ oldest = false } = {}) =>
    [...pairs]
      .slice(0, oldest ? 1 : undefined)
      .forEach(({ client, target }) => (client.resetAndDestroy(), target.destroy()))
  /** Both ends see an orderly close. */
  link.finish = () => [...pairs].forEach(({ client, target }) => (client.end(), target.end()))
  /** Nothing arrives any more, without any error, as when a laptop sleeps. `stall(false)` delivers everything. */
  link.stall = (on = true) => {
    link.stalled = on
    if (on) return
    const waiting = [...held]
    held.clear()
    for (const pump of waiting) pump()
  }
  /** New connections are reset, as when the network is down. */
  link.refuse = (on = true) => void (link.refusing = on)
  link.close = () => new Promise(done => (link.reset(), server.close(done)))

  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(listenPort, '127.0.0.1', () => resolve(Object.assign(link, { port: server.address().port })))
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [listenPort, targetPort, ...rest] = process.argv.slice(2)
  const flag = name => (rest.includes(name) ? Number(rest[rest.indexOf(name) + 1]) : undefined)
  const link = await open(Number(targetPort), {
    listenPort: Number(listenPort),
    delayMs: flag('--delay') ?? 0,
    bytesPerSecond: flag('--rate') ?? Infinity,
  })
  console.log(`127.0.0.1:${link.port} -> 127.0.0.1:${targetPort}, ${link.delayMs} ms each way`)
}
