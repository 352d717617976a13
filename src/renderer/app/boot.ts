import { DisposableStore, toDisposable } from '../../shared/base/lifecycle.ts'
import type { AppInfo } from '../../shared/contract/app.ts'
import type { Bridge } from '../../shared/contract/bridge.ts'
import type { Api } from '../../shared/contract/contract.ts'
import { parentOf } from '../../shared/base/paths.ts'
import { inheritedFrom } from '../../shared/contract/inheritance.ts'
import type { Target } from '../../shared/contract/targets.ts'
import type { TransferSnapshot } from '../../shared/contract/transfers.ts'
import { mirrorActivity } from '../mirrors/activity.ts'
import { mirrorSides } from '../mirrors/sides.ts'
import { mirrorUnsent } from '../mirrors/unsent-edits.ts'
import { mirrorHosts, useHosts } from '../mirrors/hosts.ts'
import { mirrorKeys } from '../mirrors/keys.ts'
import { mirrorNotices, tell, tellProblem } from '../mirrors/notices.ts'
import { mirrorPrompts } from '../mirrors/prompts.ts'
import { mirrorSnippets } from '../mirrors/snippets.ts'
import { mirrorVault } from '../mirrors/vault.ts'
import { labelAmong, labelOf } from '../mirrors/targets.ts'
import { isDark } from '../ui/theme.ts'
import { mirrorForwards } from '../mirrors/forwards.ts'
import { changeSettings, mirrorSettings, useSettings } from '../mirrors/settings.ts'
import { Terminals, type LookOverride } from '../features/terminals/terminals.ts'
import { isLive, mirrorTerminals } from '../mirrors/terminals.ts'
import { mirrorTransfers } from '../mirrors/transfers.ts'
import { createApi } from '../ipc/client.ts'
import { createFollow } from '../ipc/mirror.ts'
import { Ports } from '../ipc/ports.ts'
import { keepCompositions } from '../ui/composing.ts'
import { dropStrayClicks } from '../ui/stray-clicks.ts'
import { showInvalid } from '../ui/show-invalid.ts'
import { labelOtherDrags } from '../ui/drag-source.ts'
import { activeFiles, activePane, adoptPane, allPanes, useWorkspace } from '../workspace/workspace-store.ts'
import { restore, toSaved } from '../workspace/saved-workspace.ts'
import { createActions, type Actions } from './actions.ts'
import { createFiles, type FilesPieces } from './files-pieces.ts'
import { openHostLink } from './forwards-pieces.tsx'
import { Commands, isModalOpen } from './commands.ts'
import { createSnippetRunner, type SnippetRunner } from './run-snippet.ts'
import { createTextSender, type TextSender } from './send-text.ts'
import { followTheme } from './theme.ts'

/** What the frame is made of. */
export interface Parts {
  readonly api: Api
  readonly terminals: Terminals
  readonly files: FilesPieces
  /** Where a file that was dropped on the window lies. */
  readonly pathOf: (file: File) => string
  readonly actions: Actions
  readonly snippets: SnippetRunner
  readonly sender: TextSender
  readonly commands: Commands
  readonly info: AppInfo
}

const saveMs = 400

/** Each keeps this window's copy of something of main's. */
const mirrors = [
  mirrorHosts,
  mirrorSides,
  mirrorTerminals,
  mirrorPrompts,
  mirrorVault,
  mirrorActivity,
  mirrorForwards,
  mirrorKeys,
  mirrorSnippets,
  mirrorNotices,
  mirrorUnsent,
]

/**
 * Makes the api, starts the mirrors, brings the last tabs back. Errors: a failure of what is loaded first. The settings and
 * the tabs are saved whole, so a window that went on without them would write over them.
 */
export async function boot(bridge: Bridge): Promise<Parts> {
  const api = createApi(bridge)
  const store = new DisposableStore()
  const [info, saved] = await Promise.all([
    api.app.info(),
    api.workspace.load(),
    mirrorSettings(api).then(each => store.add(each)),
  ])
  await loadFonts()
  const follow = createFollow(tellProblem)
  for (const mirror of mirrors) store.add(mirror(api, follow))

  const ports = store.add(new Ports(window))
  const terminals: Terminals = store.add(
    new Terminals({
      api,
      ports,
      settings: () => useSettings.getState().settings,
      isDark,
      lookFor,
      openLink: (target, address) => openHostLink({ api }, target, address),
      onKey: (event, toShell) => commands.onKey(event, toShell),
      onProblem: text => tellProblem(text),
      onNotice: text => tell(text),
      labelOf,
      changeSettings: patch => void changeSettings(api, 'terminal', patch).catch(tellProblem),
      platform: info.platform === 'darwin' ? 'mac' : info.platform === 'win32' ? 'windows' : 'linux',
      version: info.version,
      onOpened: (paneId, target) => snippets.startUp(paneId, target),
    }),
  )
  const actions = createActions({ api, terminals })
  const snippets = createSnippetRunner({ api, terminals })
  const sender = createTextSender(terminals, store)
  const files = createFiles({ api, ports, actions, store })
  store.add(mirrorTransfers(api, follow, transfer => refreshAfter(files, transfer)))
  const commands: Commands = new Commands({ api, actions, terminals, files, snippets, sender })
  store.add(followTheme(api, () => terminals.restyle(), tellProblem))
  store.add(toDisposable(useSettings.subscribe(() => terminals.restyle())))
  store.add(
    toDisposable(useHosts.subscribe((now, before) => (now.book === before.book ? undefined : terminals.restyle()))),
  )

  restore(saved)
  void adoptRunning(api).catch(tellProblem)
  expectRestored(files)
  keepWorkspace(api, store)
  window.addEventListener('keydown', event => commands.onPageKey(event))
  store.add(keepCompositions(window))
  store.add(dropStrayClicks(window))
  store.add(showInvalid(window))
  store.add(labelOtherDrags(window))
  keepKeyboard(terminals)
  window.addEventListener('online', () => void api.app.networkChanged().catch(tellProblem))
  store.add(api.app.onOpenAddress(address => actions.openAddress(address)))
  const pathOf = (file: File) => bridge.pathOf(file).replaceAll(info.platform === 'win32' ? '\\' : '/', '/')
  return { api, terminals, files, pathOf, actions, snippets, sender, commands, info }
}

/** A terminal measures its font once: the bundled one must be there before. */
async function loadFonts(): Promise<void> {
  const faces = ['400 13px', '700 13px'].map(style => document.fonts.load(`${style} "JetBrains Mono Variable"`))
  await Promise.allSettled(faces)
}

/** A shell whose tab was not saved yet when the page before this one ended comes back in a tab of its own. */
async function adoptRunning(api: Api): Promise<void> {
  const shown = new Set<string>(allPanes().map(({ id }) => id))
  const running = (await api.terminals.list()).filter(({ id, state }) => isLive(state) && !shown.has(id))
  if (running.length === 0) return
  const { hosts } = await api.hosts.list()
  for (const { id, target } of running) adoptPane({ id, target, title: labelAmong(target, hosts) })
}

/** The file panes in front now are those of the last run. */
function expectRestored({ panes }: FilesPieces): void {
  const tab = activeFiles(useWorkspace.getState())
  const shown = tab ? [tab.left.tabs[tab.left.active], tab.right.tabs[tab.right.active]] : []
  panes.expectRestored(shown.flatMap(each => each?.id ?? []))
}

/** What a transfer brought or took away is seen at once. */
function refreshAfter({ panes }: FilesPieces, { request }: TransferSnapshot): void {
  panes.refreshShowing(request.to.side, request.to.path)
  if (!request.options?.move) return
  for (const folder of new Set(request.from.paths.map(parentOf))) panes.refreshShowing(request.from.side, folder)
}

/** What had the keyboard may have gone with a dialog or a tab: the terminal in front takes it then. */
function keepKeyboard(terminals: Terminals): void {
  const settle = () =>
    requestAnimationFrame(() => {
      if (document.activeElement !== document.body || isModalOpen()) return
      const pane = activePane()
      if (pane) terminals.focus(pane.id)
    })
  for (const type of ['click', 'keyup']) document.addEventListener(type, settle, true)
}

function keepWorkspace(api: Api, store: DisposableStore): void {
  let timer: number | undefined
  let last = JSON.stringify(toSaved(useWorkspace.getState()))
  const save = () => {
    const workspace = toSaved(useWorkspace.getState())
    const text = JSON.stringify(workspace)
    if (text === last) return
    last = text
    void api.workspace.save({ workspace }).catch(tellProblem)
  }
  const stop = useWorkspace.subscribe(() => {
    clearTimeout(timer)
    timer = window.setTimeout(save, saveMs)
  })
  window.addEventListener('beforeunload', save)
  store.add(toDisposable(stop))
}

/** What a host, or a group around it, sets for its terminals. */
function lookFor(target: Target): LookOverride {
  if (target.kind !== 'host') return { theme: null, fontSize: null }
  const { hosts, groups } = useHosts.getState().book
  const host = hosts.find(each => each.id === target.hostId)
  const theme = host?.look.theme ?? inheritedFrom(host?.groupId ?? null, groups).theme
  return { theme, fontSize: host?.look.fontSize ?? null }
}
