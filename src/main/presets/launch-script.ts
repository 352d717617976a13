import type { Launch, ServiceState } from '../../shared/contract/forwards.ts'
import { cleanText } from '../../shared/base/clean-text.ts'
import { anyShellWord } from '../ssh/command-line.ts'
import { joined, sh, type Script } from '../ssh/script.ts'

/** The options that a host has for starting programs. */
export interface LaunchSite {
  readonly environments: readonly string[]
  readonly tmux: boolean
  readonly service: ServiceState
}

const longestError = 400

/** Prints the input of `parseSite`: Python environments, tmux, and systemd for the user. */
export function siteScript(name: string): Script {
  return sh`
for d in "$HOME"/miniconda3 "$HOME"/anaconda3 "$HOME"/miniforge3 "$HOME"/mambaforge /opt/conda; do
  for e in "$d" "$d"/envs/*; do [ -d "$e/conda-meta" ] && printf 'env %s\\n' "$e"; done; done
for e in "$HOME"/.conda/envs/* "$HOME"/.virtualenvs/* "$HOME"/venv "$HOME"/.venv "$HOME"/*/venv "$HOME"/*/.venv; do
  [ -x "$e/bin/python" ] && printf 'env %s\\n' "$e"; done
command -v tmux >/dev/null 2>&1 && echo tmux
if systemctl --user show-environment >/dev/null 2>&1; then
  if systemctl --user is-enabled ${unitName(name)} >/dev/null 2>&1; then echo service on; else echo service off; fi; fi
true`
}

export function parseSite(output: string): LaunchSite {
  const lines = cleanText(output, 100_000).split('\n')
  const environments = lines.flatMap(line => /^env (\/.*)$/.exec(line)?.[1] ?? [])
  const service = lines.includes('service on') ? 'on' : lines.includes('service off') ? 'off' : 'none'
  return { environments: [...new Set(environments)].slice(0, 100), tmux: lines.includes('tmux'), service }
}

/** The lines that run a command in its folder and environment, in the user's login shell. */
function commandScript({ command, folder, environment }: Launch): Script {
  const into = folder === '' || folder === '~' ? sh`"$HOME"` : homePath(folder)
  const lines = [sh`cd -- ${into} || { printf 'no such folder: %s\\n' ${folder}; exit 3; }`]
  if (environment !== '') {
    const at = homePath(environment)
    lines.push(sh`export VIRTUAL_ENV=${at} CONDA_PREFIX=${at}`)
  }
  // A login shell reads its profile again, so the environment's programs are put first again inside. The login shell
  // gets the folder from a variable: a literal name would need its own quoting rules.
  const [inCsh, inOthers] =
    environment === ''
      ? [command, command]
      : [`setenv PATH "\${VIRTUAL_ENV}/bin:\${PATH}"; ${command}`, `export PATH="$VIRTUAL_ENV/bin:$PATH"; ${command}`]
  // csh accepts only -l alone.
  lines.push(sh`if [ -n "$SHELL" ] && [ -z "\${SHELL##*csh}" ]; then exec "$SHELL" -c ${inCsh}; fi`)
  lines.push(sh`exec "\${SHELL:-/bin/sh}" -lc ${inOthers}`)
  return joined(lines, '\n')
}

/**
 * Starts a command that outlives the connection: in its own tmux session if tmux is installed, otherwise detached with
 * setsid or nohup. Its output goes to a log that only this user can read.
 */
export function launchScript(name: string, launch: Launch): Script {
  const run = sh`sh -c ${commandScript(launch).text}`
  const session = sessionName(name)
  const log = logPath(name)
  const inTmux = sh`${run} 2>&1 | tee -a ${log}; echo @ended >> ${log}`
  return sh`
umask 077; mkdir -p "$HOME/.cache/hawser" || exit 1
: > ${log}
if command -v tmux >/dev/null 2>&1; then
  tmux kill-session -t ${`=${session}`} 2>/dev/null
  tmux new-session -d -s ${session} ${anyShellWord(inTmux)}
else
  run=nohup; command -v setsid >/dev/null 2>&1 && run=setsid
  $run sh -c ${sh`${run}\necho @ended`.text} > ${log} 2>&1 < /dev/null &
fi`
}

/** Prints the end of the command's output, and `@gone` if it is no longer running. */
export function outcomeScript(name: string): Script {
  return sh`
tail -c 2000 ${logPath(name)} 2>/dev/null; echo
if command -v tmux >/dev/null 2>&1; then tmux has-session -t ${`=${sessionName(name)}`} 2>/dev/null || echo @gone; fi`
}

/** Returns the reason why a started command is no longer running; null while it may still come up. */
export function parseOutcome(output: string): string | null {
  if (!/^@(gone|ended)\s*$/m.test(output)) return null
  const lines = cleanText(output.replace(/^@(gone|ended)\s*$/gm, ''), 4000).split('\n')
  const said = lines.map(line => line.trim()).filter(Boolean)
  return (said.at(-1) ?? 'it ended without any output').replace(/token=\S+/g, 'token=…').slice(0, longestError)
}

/** Writes a systemd user unit and starts it, or stops and deletes it. */
export function serviceScript(name: string, launch: Launch, on: boolean): Script {
  const unit = unitName(name)
  const file = sh`"$HOME"/.config/systemd/user/${unit}`
  const script = sh`"$HOME"/.config/hawser/${`${name}.sh`}`
  if (!on)
    return sh`systemctl --user disable --now ${unit} >/dev/null 2>&1; rm -f -- ${file} ${script}; systemctl --user daemon-reload`
  const text = [
    '[Unit]',
    `Description=${name}, kept running by Hawser`,
    '',
    '[Service]',
    `ExecStart=/bin/sh %h/.config/hawser/${name}.sh`,
    'Restart=on-failure',
    'RestartSec=5',
    '',
    '[Install]',
    'WantedBy=default.target',
    '',
  ].join('\n')
  return sh`
umask 077; mkdir -p "$HOME/.config/hawser" "$HOME/.config/systemd/user" || exit 1
printf '%s\\n' ${commandScript(launch).text} > ${script} || exit 1
printf '%s' ${text} > ${file} || exit 1
systemctl --user daemon-reload && systemctl --user enable --now ${unit} || exit 1
loginctl enable-linger >/dev/null 2>&1; true`
}

function sessionName(name: string): string {
  return `hawser-${name}`
}

function unitName(name: string): string {
  return `hawser-${name}.service`
}

function logPath(name: string): Script {
  return sh`"$HOME"/.cache/hawser/${`${name}.log`}`
}

/** A path as a word; a leading ~ is the remote home directory. */
function homePath(path: string): Script {
  return path.startsWith('~/') ? sh`"$HOME"/${path.slice(2)}` : sh`${path}`
}
