import { DisposableStore, toDisposable } from '../../shared/base/lifecycle.ts'
import type { Bridge } from '../../shared/contract/bridge.ts'
import type { Api } from '../../shared/contract/contract.ts'
import { createApi } from '../ipc/client.ts'
import { createFollow } from '../ipc/mirror.ts'
import { Ports } from '../ipc/ports.ts'
import { reportProblem } from '../mirrors/notices.ts'
import { mirrorSettings } from '../mirrors/settings.ts'
import { keepCompositions } from '../ui/composing.ts'
import { labelOtherDrags } from '../ui/drag-source.ts'
import { showInvalid } from '../ui/show-invalid.ts'
import { dropStrayClicks } from '../ui/stray-clicks.ts'
import type { Door, DoorContext } from '../workspace/door.ts'
import type { Requests } from '../workspace/requests.ts'
import { restore, toSaved } from '../workspace/saved-workspace.ts'
import { useWorkspace } from '../workspace/workspace-store.ts'
import { Commands } from './commands.ts'
import { openDoors } from './doors.ts'
import { tabCommands } from './tab-commands.ts'
import { followTheme } from './theme.ts'

const saveMs = 400

/**
 * Makes the api, opens the doors of the features, brings the last tabs back. Errors: a failure of what is loaded first. The
 * settings and the tabs are saved whole, so a window that went on without them would write over them.
 */
export async function boot(bridge: Bridge): Promise<DoorContext> {
  const api = createApi(bridge)
  const store = new DisposableStore()
  const [info, saved] = await Promise.all([
    api.app.info(),
    api.workspace.load(),
    mirrorSettings(api).then(each => store.add(each)),
  ])
  await loadFonts()
  store.add(followTheme(api, reportProblem))
  // Doors see each other only once all of them are open.
  const requests = {} as Requests
  const opened: { doors?: readonly Door[]; commands?: Commands } = {}
  const context: DoorContext = {
    api,
    info,
    store,
    requests,
    ports: store.add(new Ports(window)),
    follow: createFollow(reportProblem),
    pathOf: file => bridge.pathOf(file).replaceAll(info.platform === 'win32' ? '\\' : '/', '/'),
    get commands() {
      return opened.commands ?? tooEarly('commands')
    },
    get doors() {
      return opened.doors ?? tooEarly('doors')
    },
  }
  const doors = openDoors(context)
  opened.doors = doors
  Object.assign(requests, ...doors.map(({ answers }) => answers))
  const commands = new Commands([...doors.flatMap(door => door.commands ?? []), ...tabCommands(context)])
  opened.commands = commands

  restore(saved)
  for (const { restored } of doors) restored?.()
  keepWorkspace(api, store)
  for (const keep of [keepCompositions, dropStrayClicks, showInvalid, labelOtherDrags]) store.add(keep(window))
  window.addEventListener('keydown', event => commands.onPageKey(event))
  window.addEventListener('online', () => void api.app.networkChanged().catch(reportProblem))
  return context
}

/** A door that reads these while it opens would keep a list that is still empty. */
function tooEarly(what: string): never {
  throw new Error(`The ${what} are known only once all doors are open.`)
}

/** A terminal measures its font once: the bundled one must be there before. */
async function loadFonts(): Promise<void> {
  const faces = ['400 13px', '700 13px'].map(style => document.fonts.load(`${style} "JetBrains Mono Variable"`))
  await Promise.allSettled(faces)
}

function keepWorkspace(api: Api, store: DisposableStore): void {
  let timer: number | undefined
  let last = JSON.stringify(toSaved(useWorkspace.getState()))
  const save = () => {
    clearTimeout(timer)
    timer = undefined
    const workspace = toSaved(useWorkspace.getState())
    const text = JSON.stringify(workspace)
    if (text === last) return
    last = text
    void api.workspace.save({ workspace }).catch(reportProblem)
  }
  // Programs that keep changing their title must not put off the save.
  const stop = useWorkspace.subscribe(() => {
    timer ??= window.setTimeout(save, saveMs)
  })
  window.addEventListener('beforeunload', save)
  store.add(toDisposable(stop))
}
