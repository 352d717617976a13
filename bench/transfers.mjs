// npm run bench:transfers: copies and lists beside OpenSSH's own programs over links of 0, 20 and 200 ms, and prints
// ratios. As root the links are the kernel's own TCP over an emulated line; else a proxy on loopback delays the bytes.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'

import { setUp } from '../scripts/set-up.mjs'

const help = `npm run bench:transfers [-- CASE...]
  CASE is LINK:WORK, such as 200:get, 20:put, 0:tree-get, 200:tree-put, 200:list; all of them when left out
  LINK:echo times single bytes through a shell while a file comes and while one goes; 0:memory copies 10 GB
  HAWSER_BENCH_SLOW=1 runs OpenSSH's sftp on trees too (minutes)`
if (process.argv.includes('--help')) {
  console.log(help)
  process.exit(0)
}
await setUp({ purposes: ['build', 'servers', 'bench'], electron: false })

const project = new URL('..', import.meta.url).pathname
const root = userInfo().uid === 0
const folder = mkdtempSync(join(tmpdir(), 'hawser-bench-'))
const at = (...names) => join(folder, ...names)
const running = []
const wan = join(project, 'bench/wan/wan.sh')

const links = { 0: '10.79.0.2', 20: '10.79.20.2', 200: '10.79.200.2' }
const works = ['get', 'put', 'list', 'tree-get', 'tree-put']
const wanted = process.argv.slice(2)
const cases = (
  wanted.length > 0 ? wanted : Object.keys(links).flatMap(link => works.map(work => `${link}:${work}`))
).map(text => ({ link: text.split(':')[0], work: text.split(':')[1] }))

const inClient = root ? ['ip', 'netns', 'exec', 'wanc'] : []
const inServer = root ? ['ip', 'netns', 'exec', 'wans'] : []

try {
  if (!root) throw new Error('Run it as root: the links need network namespaces.')
  prepare()
  await main()
} finally {
  for (const child of running) child.kill('SIGKILL')
  if (root) spawnSync('bash', [wan, 'down'], { stdio: 'ignore' })
  rmSync(folder, { recursive: true, force: true })
}

function prepare() {
  spawnSync('bash', [wan, 'down'], { stdio: 'ignore' })
  execFileSync('bash', [wan, 'up'], { stdio: 'inherit' })
  for (const name of ['host', 'id']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)])
  mkdirSync('/run/sshd', { recursive: true })
  mkdirSync(at('home'))
  mkdirSync(at('ssh'))
  cpSync(at('id.pub'), at('authorized_keys'))
  writeFileSync(
    at('sshd_config'),
    [
      'Port 2222',
      ...Object.values(links).map(address => `ListenAddress ${address}`),
      `HostKey ${at('host')}`,
      'PidFile none',
      `AuthorizedKeysFile ${at('authorized_keys')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      'MaxStartups 100',
      `SetEnv HOME=${at('home')}`,
      'Subsystem sftp internal-sftp',
    ].join('\n'),
  )
  running.push(
    spawn(inServer[0], [...inServer.slice(1), '/usr/sbin/sshd', '-D', '-f', at('sshd_config')], { stdio: 'ignore' }),
  )
  mkdirSync(at('far'))
  mkdirSync(at('near'))
  writeFileSync(at('far', 'big64'), randomBytes(64 * 1024 * 1024))
  writeFileSync(at('far', 'big256'), randomBytes(256 * 1024 * 1024))
  mkdirSync(at('far', 'tree'))
  for (let index = 0; index < 2000; index++)
    writeFileSync(at('far', 'tree', `file${index}.txt`), randomBytes(1024 + ((index * 37) % 7168)))
  mkdirSync(at('far', 'many'))
  for (let index = 0; index < 10_000; index++) writeFileSync(at('far', 'many', `entry-${index}`), '')
}

async function main() {
  for (const link of Object.keys(links)) {
    const mine = cases.filter(each => each.link === link)
    if (mine.length === 0) continue
    for (const { work } of mine) await measure(link, work)
  }
}

async function measure(link, work) {
  if (work === 'echo') return measureEcho(link)
  if (work === 'memory') return measureMemory(link)
  const address = links[link]
  const big = link === '200' ? 'big64' : 'big256'
  const ssh = [
    '-p',
    '2222',
    '-i',
    at('id'),
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    `UserKnownHostsFile=${at('known')}`,
    '-o',
    'LogLevel=ERROR',
  ]
  const scp = ['-P', ...ssh.slice(1)]
  const rsh = `ssh ${ssh.join(' ')}`
  const out = at('near', 'out')
  const far = at('far', 'out')
  const results = {}
  const fresh = () => {
    for (const path of [out, far]) rmSync(path, { recursive: true, force: true })
    mkdirSync(out)
    mkdirSync(far)
  }
  const time = (name, program, args) => {
    fresh()
    const started = performance.now()
    const { status, stderr } = spawnSync(inClient[0], [...inClient.slice(1), program, ...args], {
      encoding: 'utf8',
    })
    const ms = performance.now() - started
    results[name] = status === 0 ? ms : null
    if (status !== 0) console.log(`  ${name} failed: ${String(stderr).slice(0, 200)}`)
  }
  const shell = (name, line) => time(name, 'bash', ['-c', line])
  const batch = line => {
    writeFileSync(at('batch'), `${line}\n`)
    return ['-b', at('batch')]
  }
  const where = `root@${address}`
  if (work === 'get' || work === 'put') {
    const [source, target] = work === 'get' ? [at('far', big), out] : [at('far', big), far]
    time('sftp', 'sftp', [...batch(`${work} ${source} ${target}/`), ...scp, where])
    time(
      'scp',
      'scp',
      work === 'get' ? ['-q', ...scp, `${where}:${source}`, target] : ['-q', ...scp, source, `${where}:${target}/`],
    )
    shell(
      'ssh cat',
      work === 'get'
        ? `${rsh} ${where} cat ${source} > ${target}/${big}`
        : `${rsh} ${where} 'cat > ${target}/${big}' < ${source}`,
    )
    fresh()
    results.hawser = await engine(link, { kind: work, from: source, to: target }, () => same(source, join(target, big)))
  } else if (work === 'list') {
    shell('ssh find', `${rsh} ${where} "find ${at('far', 'many')} -printf '%y %s %T@ %m %f\\n'" > /dev/null`)
    time('sftp', 'sftp', [...batch(`ls -n ${at('far', 'many')}`), ...scp, where])
    results.hawser = await engine(link, { kind: 'list', from: at('far', 'many') }, answer => answer.count === 10_000)
  } else {
    const get = work === 'tree-get'
    const [source, target] = [at('far', 'tree'), get ? out : far]
    shell(
      'tar | ssh',
      get
        ? `${rsh} ${where} 'tar -C ${at('far')} -cf - tree' | tar -C ${out} -xf -`
        : `tar -C ${at('far')} -cf - tree | ${rsh} ${where} 'tar -C ${far} -xf -'`,
    )
    if (has('rsync'))
      time(
        'rsync',
        'rsync',
        get ? ['-a', '-e', rsh, `${where}:${source}`, target] : ['-a', '-e', rsh, source, `${where}:${target}`],
      )
    if (link === '0' || process.env.HAWSER_BENCH_SLOW)
      time('sftp', 'sftp', [...batch(`${get ? 'get' : 'put'} -r ${source} ${target}/`), ...scp, where])
    fresh()
    results.hawser = await engine(link, { kind: get ? 'get' : 'put', from: source, to: target }, () =>
      sameTree(source, join(target, 'tree')),
    )
  }
  report(link, work, results)
}

/** How long a byte takes to a shell and back: on an idle line, while a file comes, while one goes. */
async function measureEcho(link) {
  const big = at('far', link === '200' ? 'big64' : 'big256')
  const show = ({ medianMs, p95Ms }) => `median ${medianMs.toFixed(0)} ms, p95 ${p95Ms.toFixed(0)} ms`
  await withEngine(link, async ask => {
    console.log(`${link.padStart(3)} ms echo      idle: ${show(await ask({ kind: 'echo' }))}`)
    for (const kind of ['get', 'put']) {
      rmSync(at('near', kind), { recursive: true, force: true })
      mkdirSync(at('near', kind))
      // Over and over, so that it runs for as long as the bytes are timed.
      let over = false
      const copies = (async () => {
        for (let round = 0; !over; round++) {
          mkdirSync(at('near', kind, String(round)))
          await ask({ kind, from: big, to: at('near', kind, String(round)) })
        }
      })()
      const times = await ask({ kind: 'echo' })
      over = true
      await copies
      console.log(`${link.padStart(3)} ms echo      during ${kind}: ${show(times)}`)
      rmSync(at('near', kind), { recursive: true, force: true })
    }
  })
}

/** The most memory the engine takes while it copies 10 GB. */
async function measureMemory(link) {
  const gigabytes = Number(process.env.HAWSER_BENCH_GB ?? 10)
  execFileSync('truncate', ['-s', `${gigabytes}G`, at('far', 'huge')])
  await withEngine(link, async ask => {
    const before = await ask({ kind: 'list', from: at('far') })
    const { ms, peakMb, failures, error } = await ask({ kind: 'get', from: at('far', 'huge'), to: at('near') })
    if (error || failures.length > 0) throw new Error(JSON.stringify({ error, failures, before }))
    console.log(
      `${link.padStart(3)} ms memory    ${gigabytes} GB in ${(ms / 1000).toFixed(0)} s, at most ${peakMb.toFixed(0)} MB`,
    )
  })
  rmSync(at('near', 'huge'), { force: true })
}

/** Runs the engine on a connection of its own that is open before; null when what came is not what was sent. */
async function engine(link, order, check) {
  return withEngine(link, async (ask, opened) => {
    const answer = await ask(order)
    if (answer.error || (answer.failures ?? []).length > 0) console.log('  hawser:', answer.error ?? answer.failures)
    if (process.env.HAWSER_BENCH_VERBOSE) console.log('  ', JSON.stringify(opened), JSON.stringify(answer))
    if (answer.firstMs) console.log(`  first rows after ${answer.firstMs.toFixed(0)} ms`)
    return check(answer) ? answer.ms : null
  })
}

/** Starts the engine with a connection that is open; orders may run side by side. */
async function withEngine(link, work) {
  const program = [
    ...inClient,
    process.execPath,
    ...(process.env.HAWSER_BENCH_PROFILE ? ['--cpu-prof', '--cpu-prof-dir', process.env.HAWSER_BENCH_PROFILE] : []),
    join(project, 'out/testing/transfer-engine.cjs'),
  ]
  const child = spawn(program[0], program.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] })
  running.push(child)
  const waiting = new Map()
  createInterface({ input: child.stdout }).on('line', line => {
    const answer = JSON.parse(line)
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  let lastId = 0
  const ask = value =>
    new Promise(resolve => {
      const id = ++lastId
      waiting.set(id, resolve)
      child.stdin.write(`${JSON.stringify({ ...value, id })}\n`)
    })
  const server = {
    address: links[link],
    port: 2222,
    user: 'root',
    keyFile: at('id'),
    sshFolder: at('ssh'),
    worker: join(project, 'out/main/key-worker.cjs'),
  }
  const opened = await ask({ kind: 'open', server })
  if (opened.error) throw new Error(opened.error)
  const result = await work(ask, opened)
  await ask({ kind: 'end' })
  return result
}

function report(link, work, { hawser, ...others }) {
  const seconds = ms => (ms === null ? 'failed' : `${(ms / 1000).toFixed(2)} s`)
  const ratios = Object.entries(others).map(
    ([name, ms]) => `${name} ${seconds(ms)}${ms && hawser ? ` (${(ms / hawser).toFixed(2)}x)` : ''}`,
  )
  console.log(`${link.padStart(3)} ms ${work.padEnd(9)} hawser ${seconds(hawser)}   ${ratios.join('   ')}`)
}

function has(program) {
  return spawnSync('which', [program]).status === 0
}

function same(a, b) {
  const sum = path => createHash('sha256').update(readFileSync(path)).digest('hex')
  return existsSync(b) && sum(a) === sum(b)
}

function sameTree(a, b) {
  const wrong = readdirSync(a).filter(name => !sameFile(join(a, name), join(b, name)))
  if (wrong.length > 0) console.log(`  ${wrong.length} files differ, such as ${wrong[0]}`)
  return wrong.length === 0
}

function sameFile(a, b) {
  if (!existsSync(b) || !readFileSync(a).equals(readFileSync(b))) return false
  const [first, second] = [a, b].map(path => Math.floor(statSync(path).mtimeMs / 1000))
  if (first !== second) console.log(`  ${b}: time ${second}, not ${first}`)
  return first === second
}
