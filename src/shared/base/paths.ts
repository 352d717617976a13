/**
 * Absolute paths separated by `/`, as in SFTP; a local path on Windows starts with its drive, `C:/`. Nothing here
 * accesses a disk.
 */

/** Returns the folder that contains a path; the root contains itself. */
export function parentOf(path: string): string {
  if (isRoot(path)) return path
  const at = path.lastIndexOf('/')
  const parent = path.slice(0, at)
  return parent === '' ? '/' : /^[A-Za-z]:$/.test(parent) ? `${parent}/` : parent
}

/** Returns the last name of a path; empty for the root. */
export function nameOf(path: string): string {
  return isRoot(path) ? '' : path.slice(path.lastIndexOf('/') + 1)
}

/** Joins a folder and one name. The name is not checked: use `isSafeName` for untrusted names. */
export function joinPath(folder: string, name: string): string {
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`
}

/** Returns the names of a path from the root on, each with its path; the root comes first. */
export function stepsOf(path: string): readonly { readonly name: string; readonly path: string }[] {
  const [root, rest] = splitRoot(path)
  const steps = [{ name: root, path: root }]
  for (const name of rest.split('/').filter(Boolean)) {
    const before = steps.at(-1)?.path ?? root
    steps.push({ name, path: joinPath(before, name) })
  }
  return steps
}

/**
 * Makes a typed path absolute: `~` is `home`, `..` and double slashes are resolved, other paths are relative to `from`.
 */
export function resolvePath(typed: string, { home, from }: { home: string; from: string }): string {
  const text = /^[A-Za-z]:[\\/]/.test(typed) ? typed.replaceAll('\\', '/') : typed
  const whole =
    text === '~' || text.startsWith('~/')
      ? joinPath(home, text.slice(2))
      : text.startsWith('/') || /^[A-Za-z]:\//.test(text)
        ? text
        : joinPath(from, text)
  const [root, rest] = splitRoot(whole)
  const names: string[] = []
  for (const name of rest.split('/')) {
    if (name === '..') names.pop()
    else if (name !== '' && name !== '.') names.push(name)
  }
  return root + names.join('/')
}

/** True for a name that stays in its folder: not empty, not `.` or `..`, no slash, no NUL. */
export function isSafeName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0')
}

/** True if `path` is `folder` or below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}

function isRoot(path: string): boolean {
  return path === '/' || /^[A-Za-z]:\/?$/.test(path)
}

function splitRoot(path: string): readonly [string, string] {
  const drive = /^[A-Za-z]:\/?/.exec(path)?.[0]
  return drive === undefined ? ['/', path.replace(/^\/+/, '')] : [`${drive.slice(0, 2)}/`, path.slice(drive.length)]
}
