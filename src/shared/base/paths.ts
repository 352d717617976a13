/**
 * Absolute paths with `/` between their names, as SFTP has them; on Windows a local one begins with its drive, `C:/`.
 * Nothing here touches a disk.
 */

/** The folder that holds a path; the root holds itself. */
export function parentOf(path: string): string {
  if (isRoot(path)) return path
  const at = path.lastIndexOf('/')
  const parent = path.slice(0, at)
  return parent === '' ? '/' : /^[A-Za-z]:$/.test(parent) ? `${parent}/` : parent
}

/** The last name of a path; empty for the root. */
export function nameOf(path: string): string {
  return isRoot(path) ? '' : path.slice(path.lastIndexOf('/') + 1)
}

/** One name below a folder. The name is taken as it is: check names that come from elsewhere with `isSafeName`. */
export function joinPath(folder: string, name: string): string {
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`
}

/** The names of a path from the root on, each with the path up to it; the root comes first. */
export function stepsOf(path: string): readonly { readonly name: string; readonly path: string }[] {
  const [root, rest] = splitRoot(path)
  const steps = [{ name: root, path: root }]
  for (const name of rest.split('/').filter(Boolean)) {
    const before = steps.at(-1)?.path ?? root
    steps.push({ name, path: joinPath(before, name) })
  }
  return steps
}

/** What a person typed, made absolute: `~` is `home`, `..` and doubled slashes are taken out, the rest is below `from`. */
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

/** True for one name that stays in its folder: not empty, not `.` or `..`, no slash, no NUL. */
export function isSafeName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0')
}

/** True when `path` is `folder` or lies below it. */
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
