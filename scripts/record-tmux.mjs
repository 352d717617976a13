// Records what the tmux that comes first in PATH says in control mode, for control-transcripts.test.ts: the raw bytes of a
// client that another client disturbs and that detaches, and of a second client, whose session is killed.
//
//   PATH=/path/to/another/tmux/bin:$PATH node scripts/record-tmux.mjs
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'

const quietMs = 300
/** Subscriptions are looked at once a second. */
const subscriptionMs = 1_500

const folder = mkdtempSync('/tmp/hawser-tmux-')
const { TMUX: _outer, ...clean } = process.env
const env = { ...clean, TMUX_TMPDIR: folder, HOME: folder, SHELL: '/bin/sh' }
const target = new URL('../src/testing/tmux-transcripts/', import.meta.url)

/** @param {string[]} args */
function tmux(...args) {
  const { stdout, stderr, status } = spawnSync('tmux', ['-u', '-f', '/dev/null', ...args], { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`tmux ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}

/** Attaches a client; `end` returns all that it said, once it has ended. */
function attach() {
  const child = spawn('tmux', ['-u', '-C', 'attach-session', '-t', '=naïve:'], { env, stdio: 'pipe' })
  /** @type {Buffer[]} */
  const said = []
  let last = performance.now()
  child.stdout.on('data', data => {
    said.push(data)
    last = performance.now()
  })
  const quiet = async () => {
    last = performance.now()
    while (performance.now() - last < quietMs) await wait(quietMs / 4)
  }
  const ended = new Promise(resolve => child.on('close', resolve))
  return {
    quiet,
    say: async (/** @type {string[]} */ ...lines) => {
      for (const line of lines) {
        child.stdin.write(`${line}\n`)
        await quiet()
      }
    },
    end: async () => {
      child.stdin.end()
      await ended
      return Buffer.concat(said)
    },
  }
}

const format = '#{window_id} #{window_active} #{window_layout} #{window_visible_layout} #{window_name}'

/** @param {string} text the format of a printf, which the pane runs */
function printed(text) {
  return `send-keys -t %0 -H ${[...Buffer.from(`${text}\n`)].map(byte => byte.toString(16)).join(' ')}`
}

async function recordDetached() {
  const client = attach()
  await client.quiet()
  await client.say('refresh-client -f pause-after=5', 'refresh-client -C 80x24')
  await client.say("refresh-client -B 'order::#{window_id} : #{automatic-rename}'")
  await wait(subscriptionMs)
  await client.say(printed('naïve 漢字 \\377\\200\\342 \\\\ \\033[1mbold\\033[m\\t%%\\r\\n'))
  await client.say("split-window -h -t %0 'exec sleep 1000'", 'resize-pane -t %0 -x 30', 'resize-pane -Z -t %0')
  await client.say('resize-pane -Z -t %0', 'select-pane -t %0')
  await client.say(`rename-window -t @0 -- 'it'\\''s ##1 "{x}" ; kill-server'`)
  await client.say("new-window -a -t @0 -n two -P -F '#{pane_id}' 'exec sleep 1000'", 'select-window -t @0')
  await client.say(`list-windows -F '${format}'`, 'display-message -p a ; display-message -p b')
  await client.say('no-such-command', "select-pane -t '%99'", "display-message -p '%%end 1 1 1'")
  await client.say("refresh-client -A '%0:pause'", printed('left out\\n'), "refresh-client -A '%0:continue'")
  await client.say(printed('after\\n'), 'kill-pane -t %1')
  for (const change of [
    ['new-session', '-d', '-s', 'other', 'exec sleep 1000'],
    ['rename-window', '-t', '=other:', 'two words'],
    ['rename-session', '-t', '=other', 'third'],
    ['rename-window', '-t', '@1', 'renamed elsewhere'],
    ['copy-mode', '-t', '%0'],
    ['set-buffer', 'text'],
    ['move-window', '-a', '-s', '@0', '-t', '@1'],
    ['kill-window', '-t', '@1'],
    ['kill-session', '-t', '=third'],
    ['rename-session', '-t', '=naïve', 'kept'],
  ]) {
    tmux(...change)
    await client.quiet()
  }
  await wait(subscriptionMs)
  await client.say('detach-client')
  tmux('rename-session', '-t', '=kept', 'naïve')
  return client.end()
}

async function recordKilled() {
  const client = attach()
  await client.quiet()
  tmux('kill-session', '-t', '=naïve')
  await client.quiet()
  return client.end()
}

try {
  const version = tmux('-V').replace(/^tmux /, '')
  const program = 'stty -echo; while IFS= read -r text; do printf "$text"; done'
  tmux('new-session', '-d', '-x', '80', '-y', '24', '-s', 'naïve', program)
  mkdirSync(target, { recursive: true })
  writeFileSync(new URL(`${version}-detached.txt`, target), await recordDetached())
  writeFileSync(new URL(`${version}-killed.txt`, target), await recordKilled())
} finally {
  spawnSync('tmux', ['kill-server'], { env })
  rmSync(folder, { recursive: true, force: true })
}
