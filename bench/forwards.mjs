// npm run bench:forwards: one stream, 16 streams, 2,000 short requests and the time a byte takes, through a forward of
// Hawser and through `ssh -L` in the same run, on loopback; and the requests through both SOCKS proxies.
import { execFile, execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

import { setUp } from '../scripts/set-up.mjs'

if (process.argv.includes('--help')) {
  console.log('npm run bench:forwards\n  HAWSER_BENCH_MB sets the size of one stream, 256 unless told')
  process.exit(0)
}
await setUp({ purposes: ['build', 'servers', 'bench'], electron: false })

const project = new URL('..', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'hawser-bench-'))
const at = name => join(folder, name)
const megabytes = Number(process.env.HAWSER_BENCH_MB ?? 256)
const running = []

try {
  await main()
} finally {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
process.exit(0)

async function main() {
  const sshPort = await startSshd()
  const piece = Buffer.alloc(256 * 1024, 'x')
  // Each connection asks for so many bytes in its first line, and gets them.
  const source = net.createServer(socket => {
    socket.on('error', () => socket.destroy())
    socket.once('data', asked => {
      let left = Number(String(asked))
      const push = () => {
        while (left > 0) {
          const part = left < piece.length ? piece.subarray(0, left) : piece
          left -= part.length
          if (!socket.write(part)) return void socket.once('drain', push)
        }
        socket.end()
      }
      push()
    })
  })
  const echo = net.createServer(socket =>
    socket
      .setNoDelay(true)
      .pipe(socket)
      .on('error', () => socket.destroy()),
  )
  const web = http.createServer((_request, response) => response.end('x'.repeat(1000)))
  const [sourcePort, echoPort, webPort] = await Promise.all([source, echo, web].map(listen))
  const works = [
    [`one stream, ${megabytes} MB`, sourcePort, port => stream(port, megabytes * 1e6)],
    [
      `16 streams, ${megabytes} MB in all`,
      sourcePort,
      port => Promise.all(Array.from({ length: 16 }, () => stream(port, (megabytes * 1e6) / 16))),
    ],
    ['2,000 requests, 16 at once', webPort, requests],
  ]
  for (const [name, port, work] of works) {
    const [ours, theirs] = [await hawser(sshPort, port), await ssh(sshPort, port)]
    for (const through of [ours, theirs]) await work(through.port)
    const times = { ours: [], theirs: [] }
    for (let round = 0; round < 3; round++) {
      times.theirs.push(await timed(() => work(theirs.port)))
      times.ours.push(await timed(() => work(ours.port)))
    }
    const [mine, peer] = [median(times.ours), median(times.theirs)]
    console.log(
      `${name.padEnd(30)} hawser ${mine.toFixed(0)} ms   ssh -L ${peer.toFixed(0)} ms   (${(peer / mine).toFixed(2)}x)   memory ${ours.memory().toFixed(0)} MB`,
    )
    for (const through of [ours, theirs]) through.end()
  }
  await latency(sshPort, echoPort)
  await socks(sshPort, webPort)
}

async function latency(sshPort, echoPort) {
  const [ours, theirs] = [await hawser(sshPort, echoPort), await ssh(sshPort, echoPort)]
  const show = times => `median ${times[250].toFixed(2)} ms, p95 ${times[475].toFixed(2)} ms`
  console.log(
    `one byte there and back        hawser ${show(await bytes(ours.port))}   ssh -L ${show(await bytes(theirs.port))}   without ${show(await bytes(echoPort))}`,
  )
  for (const through of [ours, theirs]) through.end()
}

async function socks(sshPort, webPort) {
  const [ours, theirs] = [await hawser(sshPort, null), await ssh(sshPort, null)]
  const run = port =>
    promisify(execFile)('curl', [
      '-s',
      '--parallel',
      '--parallel-max',
      '16',
      '--socks5-hostname',
      `127.0.0.1:${port}`,
      '-o',
      '/dev/null',
      `http://127.0.0.1:${webPort}/[1-300]`,
    ])
  for (const through of [ours, theirs]) await run(through.port)
  const [mine, peer] = [await timed(() => run(ours.port)), await timed(() => run(theirs.port))]
  console.log(
    `300 requests by SOCKS          hawser ${mine.toFixed(0)} ms   ssh -D ${peer.toFixed(0)} ms   (${(peer / mine).toFixed(2)}x)`,
  )
  for (const through of [ours, theirs]) through.end()
}

async function startSshd() {
  for (const name of ['host', 'id']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)])
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true })
  mkdirSync(at('ssh'))
  cpSync(at('id.pub'), at('authorized_keys'))
  const port = await freePort()
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${at('host')}`,
    'PidFile none',
    `AuthorizedKeysFile ${at('authorized_keys')}`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin prohibit-password',
  ]
  writeFileSync(at('sshd_config'), lines.join('\n'))
  running.push(spawn('/usr/sbin/sshd', ['-D', '-f', at('sshd_config')], { stdio: 'ignore' }))
  await answering(port)
  return port
}

async function hawser(sshPort, to) {
  const child = spawn(
    process.execPath,
    [
      ...(process.env.HAWSER_BENCH_PROFILE ? ['--cpu-prof', '--cpu-prof-dir', process.env.HAWSER_BENCH_PROFILE] : []),
      join(project, 'out/testing/forward-engine.cjs'),
    ],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  running.push(child)
  const worker = join(project, 'out/main/key-worker.cjs')
  const server = {
    address: '127.0.0.1',
    port: sshPort,
    user: userInfo().username,
    keyFile: at('id'),
    sshFolder: at('ssh'),
    worker,
  }
  child.stdin.write(`${JSON.stringify({ server, to })}\n`)
  let memory = 0
  const lines = createInterface({ input: child.stdout })
  const first = await new Promise(resolve => lines.once('line', line => resolve(JSON.parse(line))))
  lines.on('line', line => (memory = Math.max(memory, JSON.parse(line).rssMb)))
  if (first.state.kind !== 'up') throw new Error(JSON.stringify(first.state))
  return { port: first.listening.port, memory: () => memory, end: () => child.stdin.end() }
}

async function ssh(sshPort, to) {
  const port = await freePort()
  const forward = to === null ? ['-D', `127.0.0.1:${port}`] : ['-L', `127.0.0.1:${port}:127.0.0.1:${to}`]
  const child = spawn(
    'ssh',
    [
      '-N',
      '-p',
      String(sshPort),
      '-i',
      at('id'),
      '-o',
      'StrictHostKeyChecking=no',
      '-o',
      `UserKnownHostsFile=${at('known')}`,
      '-o',
      'LogLevel=ERROR',
      ...forward,
      `${userInfo().username}@127.0.0.1`,
    ],
    { stdio: 'ignore' },
  )
  running.push(child)
  await answering(port)
  return { port, end: () => child.kill() }
}

function stream(port, bytes) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(String(bytes)))
    let got = 0
    socket.on('data', data => (got += data.length))
    socket.on('error', reject)
    socket.on('close', () => (got === bytes ? resolve() : reject(new Error(`${got} of ${bytes}`))))
  })
}

async function requests(port) {
  let left = 2000
  const one = () =>
    new Promise((resolve, reject) => {
      const request = http.get({ host: '127.0.0.1', port, agent: false }, response =>
        response.resume().on('end', resolve),
      )
      request.on('error', reject)
    })
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (left-- > 0) await one()
    }),
  )
}

async function bytes(port) {
  const socket = net.connect(port, '127.0.0.1').setNoDelay(true)
  const times = []
  for (let turn = 0; turn < 600; turn++) {
    const ms = await timed(
      () =>
        new Promise(resolve => {
          socket.once('data', resolve)
          socket.write('x')
        }),
    )
    if (turn >= 100) times.push(ms)
  }
  socket.destroy()
  return times.sort((a, b) => a - b)
}

async function timed(work) {
  const started = performance.now()
  await work()
  return performance.now() - started
}

function median(times) {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]
}

function listen(server) {
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server.address().port)))
}

async function freePort() {
  const server = net.createServer()
  const port = await listen(server)
  await new Promise(resolve => server.close(resolve))
  return port
}

async function answering(port) {
  for (let tries = 0; tries < 300; tries++) {
    const up = await new Promise(resolve => {
      const socket = net.connect(port, '127.0.0.1', () => (socket.destroy(), resolve(true)))
      socket.on('error', () => resolve(false))
    })
    if (up) return
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  throw new Error(`Nothing answers on ${port}.`)
}
