import { messageOf } from '../../../shared/base/errors.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { HostSession, SessionList } from '../../../shared/contract/sessions.ts'
import { targetKey } from '../../../shared/contract/targets.ts'
import { showNotice, reportProblem } from '../../mirrors/notices.ts'
import type { Requests } from '../../workspace/requests.ts'
import { sessionKey, type RemoteTarget } from './session-text.ts'
import { noteSessions, openSessionDialog, sessionsOf } from './sessions-state.ts'

/** What can be done with the sessions of hosts. The list is refreshed after each action. */
export class SessionActions {
  readonly #api: Pick<Api, 'sessions'>
  readonly #requests: Pick<Requests, 'attachSession'>
  /** The number of the latest request per host: an older answer must not replace a newer one. */
  readonly #latest = new Map<string, number>()

  constructor(api: Pick<Api, 'sessions'>, requests: Pick<Requests, 'attachSession'>) {
    this.#api = api
    this.#requests = requests
  }

  /** Lists a host’s sessions anew; only with `connect` does it sign in where necessary. */
  refresh(target: RemoteTarget, connect = false): void {
    void this.#list(target, connect)
  }

  attach(target: RemoteTarget, { run }: Pick<HostSession, 'run'>): void {
    this.#requests.attachSession(target, run)
  }

  /** Errors: those of `sessions.create`. */
  async create(target: RemoteTarget, wanted: { name: string; folder: string; attach: boolean }): Promise<void> {
    const { name, folder, attach } = wanted
    const run = await this.#api.sessions.create({ target, name, folder })
    this.refresh(target)
    if (attach) this.attach(target, { run })
  }

  /** Errors: those of `sessions.rename`. */
  async rename(target: RemoteTarget, { run }: HostSession, name: string): Promise<void> {
    try {
      await this.#api.sessions.rename({ target, run, name })
    } finally {
      this.refresh(target)
    }
  }

  async detachOthers(target: RemoteTarget, { run, name }: HostSession): Promise<void> {
    try {
      const count = await this.#api.sessions.detachOthers({ target, run })
      if (count === 0) showNotice(`No other terminals are attached to ${name}.`)
      else showNotice(`Detached ${count === 1 ? '1 other terminal' : `${count} other terminals`} from ${name}.`)
    } catch (error) {
      reportProblem(error)
    }
    this.refresh(target)
  }

  /** Asks before sessions are ended, and names what runs in them at that moment. */
  async askToEnd(target: RemoteTarget, session: HostSession | 'all'): Promise<void> {
    const list = await this.#list(target, true)
    const { error } = sessionsOf(target)
    if (list === null) return error === null ? undefined : reportProblem(new Error(error))
    const all = session === 'all'
    const sessions = all
      ? list.sessions
      : list.sessions.filter(({ run }) => sessionKey(run) === sessionKey(session.run))
    if (sessions.length > 0) return openSessionDialog({ kind: 'end', target, sessions, all })
    showNotice(all ? 'All sessions have already ended.' : `${session.name} has already ended.`)
  }

  /** Errors: those of `sessions.end`. */
  async end(target: RemoteTarget, sessions: readonly HostSession[]): Promise<void> {
    try {
      await this.#api.sessions.end({ target, runs: sessions.map(({ run }) => run) })
    } finally {
      this.refresh(target)
    }
  }

  /** The list, which is kept; null if there is none, with the reason kept in its place. */
  async #list(target: RemoteTarget, connect: boolean): Promise<SessionList | null> {
    const key = targetKey(target)
    const turn = (this.#latest.get(key) ?? 0) + 1
    this.#latest.set(key, turn)
    const note = (change: Parameters<typeof noteSessions>[1]) => {
      if (this.#latest.get(key) === turn) noteSessions(target, change)
    }
    note({ busy: true })
    try {
      const list = await this.#api.sessions.list({ target, connect })
      note({ list, at: Date.now(), busy: false, offline: list === null, error: null })
      return list
    } catch (error) {
      note({ at: Date.now(), busy: false, offline: false, error: messageOf(error) })
      return null
    }
  }
}
