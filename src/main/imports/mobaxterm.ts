import { Collector, type Found } from './imported.ts'
import { sections } from './winscp.ts'

// In a session's line: its kind, and where things stand among the parts between percent signs.
const sshKind = '0'
const keyPart = 14

/**
 * MobaXterm's sessions (.mxtsessions, MobaXterm.ini): `[Bookmarks]` sections with their folder in SubRep, and lines such
 * as `name=#109#0%host%22%user%...`. Saved passwords and gateways are not in a form that can be taken over.
 */
export function readMobaXterm(text: string): Found {
  const collect = new Collector()
  for (const { name, values } of sections(text)) {
    if (!/^Bookmarks(_\d+)?$/.test(name)) continue
    const groups = (values.get('SubRep') ?? '').split('\\').filter(Boolean)
    for (const [label, value] of values) {
      const line = /^\s*#\d+#(.*)$/.exec(value)
      if (!line) continue
      const [kind, address, port, user, ...rest] = (line[1] as string).split('#')[0]?.split('%') ?? []
      if (kind !== sshKind) {
        collect.skip(`${label.trim()}: it is not an SSH session`)
        continue
      }
      const key = rest[keyPart - 4] ?? ''
      collect.add({
        label: label.trim(),
        address,
        port,
        user: user === '<default>' ? '' : (user ?? '').replace(/^\[.*\]$/, ''),
        keyFile: /[\\/]/.test(key) ? key : '',
        groups,
      })
    }
  }
  return collect.found
}
