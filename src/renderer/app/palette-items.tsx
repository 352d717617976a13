import { Search, Server } from 'lucide-react'

import { shownAddress, useHosts } from '../mirrors/hosts.ts'
import type { PaletteItem } from '../ui/palette-item.ts'
import { parseQuickConnect, typedTitle } from '../features/hosts/quick-connect.ts'
import type { Parts } from './boot.ts'
import { forwardItems } from './forwards-pieces.tsx'
import { numberCommand } from './snippet-commands.ts'
import { snippetItems } from './snippets-pieces.tsx'

/** What the palette finds: a typed address, hosts, snippets, forwards and commands. */
export function paletteItems({ api, commands, actions, snippets }: Parts, typed: string): readonly PaletteItem[] {
  const quick = parseQuickConnect(typed)
  const address: PaletteItem[] =
    quick.kind === 'address'
      ? [
          {
            id: 'typed:address',
            title: typedTitle(quick),
            icon: <Search size={15} />,
            run: () => actions.openTyped(quick),
          },
        ]
      : []
  const hosts = useHosts.getState().book.hosts.toSorted((a, b) => (b.lastUsed ?? 0) - (a.lastUsed ?? 0))
  return [
    ...address,
    ...hosts.map(host => ({
      id: `host:${host.id}`,
      title: host.label,
      detail: shownAddress(host),
      icon: <Server size={15} />,
      run: () => actions.connect(host),
    })),
    ...snippetItems({ api, actions, snippets, commands }),
    ...forwardItems({ api, actions }),
    ...commands.all
      .filter(({ id, when }) => !id.startsWith('palette') && !id.startsWith(numberCommand) && (when?.() ?? true))
      .map(command => ({
        id: command.id,
        title: command.title,
        keys: commands.keysOf(command),
        run: () => commands.run(command.id),
      })),
  ]
}
