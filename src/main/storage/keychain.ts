import { AppError } from '../../shared/base/errors.ts'

/** The system's keychain, which only stores the vault's key. Calls reject with `no-keychain`. */
export interface Keychain {
  get(account: string): Promise<string | null>
  set(account: string, value: string): Promise<void>
  delete(account: string): Promise<void>
}

const service = 'io.hawser.app'
// A locked keyring may wait for a dialog that nobody sees; the window must not wait with it.
const deadlineMs = 5_000

/** Returns the keychain behind keytar, loaded on first use; every call ends within 5 s. */
export function createKeychain(load: () => Promise<typeof import('keytar')> = () => import('keytar')): Keychain {
  // A hanging call blocks one of libuv's few threads: no other one is started meanwhile.
  let hanging = false
  const withKeytar = async <T>(run: (keytar: typeof import('keytar')) => Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined
    try {
      if (hanging) throw new Error('an earlier call is still pending')
      const call = load().then(module => run(defaultOf(module)))
      const ended = () => (hanging = false)
      call.then(ended, ended)
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          hanging = true
          reject(new Error('no answer within 5 s'))
        }, deadlineMs)
      })
      return await Promise.race([call, late])
    } catch (error) {
      throw new AppError(
        'no-keychain',
        'The system keychain is not responding. You can protect the vault with a master password instead.',
        { cause: error },
      )
    } finally {
      clearTimeout(timer)
    }
  }
  return {
    get: account => withKeytar(keytar => keytar.getPassword(service, account)),
    set: (account, value) => withKeytar(keytar => keytar.setPassword(service, account, value)),
    delete: account => withKeytar(async keytar => void (await keytar.deletePassword(service, account))),
  }
}

// keytar is CommonJS: imported from a module, it is in `default`.
function defaultOf(module: typeof import('keytar')): typeof import('keytar') {
  return (module as { default?: typeof import('keytar') }).default ?? module
}
