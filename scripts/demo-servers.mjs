// Servers for trying out Hawser: an SSH server on loopback with a home full of project-like files, a second one with a
// password, and a web page on port 6006, all temporary.
import { spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'

import { findProgram } from './programs.mjs'
import { isRoot, root, say } from './set-up.mjs'
import { open as openProxy } from './tcp-proxy.mjs'

const demoPassword = 'demo'

/**
 * Starts the servers and writes a data folder with hosts for them.
 * @param {{ latencyMs?: number, settings?: object }} [options] `latencyMs` is added to each round trip, in milliseconds
 */
export async function startDemoServers({ latencyMs = 0, settings = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-demo-'))
  /** @type {(() => void)[]} */
  const ends = [() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 })]
  const home = writeHome(join(folder, 'home'))
  const first =
    findProgram('sshd') && findProgram('ssh-keygen')
      ? await startOpenSsh(folder, home)
      : await startInProcess({ keys: [makeKey(folder)], shell: 'pty', home })
  const second = await startInProcess({ password: demoPassword, shell: 'pty', home })
  ends.push(first.end, second.end)
  const far = async (/** @type {number} */ port) => {
    if (latencyMs <= 0) return port
    const link = await openProxy(port, { delayMs: latencyMs / 2 })
    ends.push(() => void link.close())
    return link.port
  }
  ends.push(startWebPage(folder), startSessions(home))
  const data = join(folder, 'data')
  const [key, port] = [join(folder, 'id'), await far(first.port)]
  writeHosts(data, { key, port, passwordPort: await far(second.port) })
  writeFileSync(join(data, 'settings.json'), JSON.stringify({ version: 1, data: settings }))
  writeSshFolder(join(folder, 'ssh'), { key, port })
  say(
    `demo servers on 127.0.0.1:${first.port} (${first.what}) and 127.0.0.1:${second.port} (password: ${demoPassword})`,
  )
  return {
    env: { HAWSER_DATA_DIR: data, HAWSER_SSH_DIR: join(folder, 'ssh') },
    end: () => ends.reverse().forEach(end => end()),
  }
}

/** @param {string} folder */
function makeKey(folder) {
  const path = join(folder, 'id')
  if (findProgram('ssh-keygen')) {
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'hawser-demo', '-f', path])
  } else {
    const made = spawnSync(
      process.execPath,
      [
        '-e',
        "const{utils}=require('ssh2');let k;do{k=utils.generateKeyPairSync('ed25519')}while(utils.parseKey(k.private)instanceof Error);console.log(JSON.stringify(k))",
      ],
      { cwd: root, encoding: 'utf8' },
    )
    const { private: secret, public: open } = JSON.parse(made.stdout)
    writeFileSync(path, secret, { mode: 0o600 })
    writeFileSync(`${path}.pub`, open)
  }
  return readFileSync(`${path}.pub`, 'utf8')
}

/** @param {string} folder @param {string} home */
async function startOpenSsh(folder, home) {
  const at = (/** @type {string} */ name) => join(folder, name)
  writeFileSync(at('authorized_keys'), makeKey(folder), { mode: 0o600 })
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at('host_key')])
  if (isRoot) mkdirSync('/run/sshd', { recursive: true })
  const port = await freePort()
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${at('host_key')}`,
    'PidFile none',
    `AuthorizedKeysFile ${at('authorized_keys')}`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'AcceptEnv LANG LC_* COLORTERM',
    'PrintLastLog no',
    'PrintMotd no',
    `SetEnv HOME=${home} TMUX_TMPDIR=${home} LANG=C.UTF-8`,
    `Subsystem sftp internal-sftp -d ${home}`,
  ]
  writeFileSync(at('sshd_config'), `${config.join('\n')}\n`)
  const server = spawn(
    /** @type {string} */ (findProgram('sshd')),
    ['-D', '-f', at('sshd_config'), '-E', at('sshd.log')],
    { stdio: 'ignore' },
  )
  await listening(port)
  return { port, what: 'OpenSSH', end: () => void server.kill() }
}

/** @param {object} options */
async function startInProcess(options) {
  const server = spawn(process.execPath, [join(root, 'out', 'testing', 'ssh-server.cjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  server.stdin?.write(`${JSON.stringify(options)}\n`)
  const port = await new Promise((resolve, reject) => {
    server.once('exit', code => reject(new Error(`The demo server exited with code ${code}`)))
    createInterface({ input: /** @type {import('node:stream').Readable} */ (server.stdout) }).on('line', line => {
      const event = JSON.parse(line)
      if (event.kind === 'listening') resolve(event.port)
    })
  })
  return { port, what: 'in-process', end: () => void server.kill() }
}

/** Serves a page in place of TensorBoard, by a process of that name. @param {string} folder @returns {() => void} */
function startWebPage(folder) {
  const program = join(folder, 'tensorboard')
  writeFileSync(
    program,
    `const page = '<!doctype html><title>Demo board</title><body style="font:16px system-ui;padding:40px"><h1>Demo board</h1><p>loss 1.835, accuracy 71.6</p></body>'
const server = require('node:http').createServer((_request, response) => response.setHeader('content-type', 'text/html').end(page))
server.once('error', () => process.exit(1))
server.listen(6006, '127.0.0.1')
`,
  )
  const server = spawn(process.execPath, [program, '--logdir', 'runs'], { stdio: 'ignore' })
  server.once('exit', code => {
    if (code === 1) say('port 6006 is in use, so the demo has no web page')
  })
  return () => void server.kill()
}

/**
 * Starts sessions of a tmux server that only the demo host uses; the result ends it with all its sessions.
 * @param {string} home
 * @returns {() => void}
 */
function startSessions(home) {
  const tmux = findProgram('tmux')
  if (tmux === undefined) return () => {}
  const { TMUX: _outer, ...clean } = process.env
  const env = { ...clean, HOME: home, TMUX_TMPDIR: home }
  const run = (/** @type {string[]} */ ...args) => void spawnSync(tmux, ['-u', ...args], { env, stdio: 'ignore' })
  run('new-session', '-d', '-s', 'notes', '-c', home)
  run('new-session', '-d', '-s', 'train', '-c', join(home, 'projects', 'vit'), 'tail -f runs/eval.log')
  run('split-window', '-d', '-h', '-t', 'train', '-c', join(home, 'projects', 'vit'))
  run('new-window', '-d', '-t', 'train', '-c', join(home, 'projects', 'vit'))
  return () => run('kill-server')
}

/** @param {string} home */
function writeHome(home) {
  /** @type {Record<string, string>} */
  const files = {
    '.bash_profile': 'cd ~\n[ -f ~/.bashrc ] && . ~/.bashrc\n',
    '.bashrc':
      "PS1='\\[\\e[32m\\]demo@gpu-box\\[\\e[0m\\]:\\[\\e[34m\\]\\w\\[\\e[0m\\]$ '\nalias ls='ls --color=auto'\n",
    '.profile': 'cd ~\nPS1="demo@gpu-box$ "\n',
    '.zprofile': 'cd ~\n',
    'projects/vit/train.py':
      'import argparse\n\nparser = argparse.ArgumentParser()\nparser.add_argument("--cfg", default="vit-l")\nprint("training", parser.parse_args().cfg)\n',
    'projects/vit/configs/vit-l.yaml': 'model: vit-l\nbatch: 256\nlr: 3.0e-4\n',
    'projects/vit/README.md': '# vit\n\nA demo project.\n',
    'projects/vit/runs/eval.log': 'top1 82.14  top5 96.02\ntop1 82.31  top5 96.10\nsaved results/eval-0412.csv\n',
    'projects/vit/results/eval-0412.csv': 'step,top1,top5\n1,82.14,96.02\n2,82.31,96.10\n',
    'data/imagenet-wds/000000.tar': '\0'.repeat(4096),
    'notes.txt': 'Reserve the node before Friday.\n',
  }
  for (const [name, text] of Object.entries(files)) {
    const path = join(home, name)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, text)
  }
  chmodSync(home, 0o755)
  return home
}

/** @param {string} data @param {{ key: string, port: number, passwordPort: number }} servers */
function writeHosts(data, { key, port, passwordPort }) {
  mkdirSync(data, { mode: 0o700 })
  const [boxes, cluster, gpu] = [randomUUID(), randomUUID(), randomUUID()]
  const user = userInfo().username
  const host = (/** @type {object} */ rest) => ({
    id: randomUUID(),
    address: '127.0.0.1',
    port,
    user,
    signIn: 'key',
    keyFile: key,
    ...rest,
  })
  const hosts = [
    host({ id: gpu, label: 'gpu-box', groupId: boxes, tags: ['H100'] }),
    host({ label: 'runpod-a6000', groupId: boxes, jumpHostId: gpu, tags: ['jump'] }),
    host({
      label: 'login01',
      groupId: cluster,
      port: passwordPort,
      signIn: 'password',
      keyFile: null,
      tags: [`password: ${demoPassword}`],
    }),
    host({ label: 'offline-box', groupId: cluster, port: 1, tags: ['down'] }),
  ]
  const groups = [
    { id: boxes, label: 'GPU boxes' },
    { id: cluster, label: 'Cluster' },
  ]
  writeFileSync(join(data, 'hosts.json'), JSON.stringify({ version: 1, data: { hosts, groups } }))
}

/**
 * Writes an SSH config with hosts, and a key, like an existing user's. @param {string} ssh @param {{ key: string, port:
 * number }} server
 */
function writeSshFolder(ssh, { key, port }) {
  mkdirSync(ssh, { recursive: true, mode: 0o700 })
  const user = userInfo().username
  const config = `# ssh reads this file too. Change it in an editor or in Hawser.
Host gate
  HostName 127.0.0.1
  Port ${port}

Host node17 node18
  HostName 127.0.0.1
  Port ${port}
  ProxyJump gate
  LocalForward 16006 localhost:6006
  GSSAPIAuthentication yes

Host *
  User ${user}
  IdentityFile ${key}
`
  writeFileSync(join(ssh, 'config'), config, { mode: 0o600 })
  for (const ending of ['', '.pub'])
    writeFileSync(join(ssh, `id_ed25519${ending}`), readFileSync(`${key}${ending}`), { mode: 0o600 })
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
      server.close(() => resolve(port))
    })
  })
}

/** @param {number} port */
async function listening(port) {
  const { connect } = await import('node:net')
  for (let tries = 0; tries < 200; tries++) {
    const up = await new Promise(resolve => {
      const socket = connect(port, '127.0.0.1', () => resolve(true))
      socket.once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (up) return
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error('The demo server did not start.')
}
