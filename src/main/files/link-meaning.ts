import { joinPath } from '../../shared/base/paths.ts'

/**
 * Resolves the target of a link in `folder` to an absolute path without `.`, `..` and double slashes, without any
 * lookup.
 */
export function leadsTo(folder: string, target: string): string {
  // A Windows server puts a slash before the drive.
  const text = target.replace(/^\/(?=[A-Za-z]:\/)/, '')
  const whole = text.startsWith('/') || /^[A-Za-z]:\//.test(text) ? text : joinPath(folder, text)
  const [, drive = '', rest = ''] = /^([A-Za-z]:)?(.*)$/s.exec(whole) ?? []
  const names: string[] = []
  for (const name of rest.split('/')) {
    if (name === '..') names.pop()
    else if (name !== '' && name !== '.') names.push(name)
  }
  return `${drive}/${names.join('/')}`
}

/**
 * True if two targets of a link in `folder` resolve to the same path: servers return relative targets as absolute ones.
 */
export function sameMeaning(folder: string, a: string, b: string): boolean {
  return a === b || leadsTo(folder, a) === leadsTo(folder, b)
}
