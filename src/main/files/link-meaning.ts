import { joinPath } from '../../shared/base/paths.ts'

/** Where a link in `folder` leads: an absolute path without `.`, `..` and doubled slashes. Nothing is looked up. */
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

/** True when two texts of a link in `folder` lead to the same path: servers give back relative ones as absolute. */
export function sameMeaning(folder: string, a: string, b: string): boolean {
  return a === b || leadsTo(folder, a) === leadsTo(folder, b)
}
