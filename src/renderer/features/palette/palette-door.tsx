import type { Door, DoorContext } from '../../workspace/door.ts'
import type { PaletteItem } from '../../ui/palette-item.ts'
import { openPalette, Palette } from './palette.tsx'

/** The palette: everything that the doors add to it, and every command. */
export function paletteDoor(context: DoorContext) {
  const items = (typed: string) => paletteItems(context, typed)
  return {
    commands: [
      { id: 'palette', title: 'Command palette', keys: 'Mod+K', hidden: true, run: openPalette },
      {
        id: 'palette-in-terminal',
        title: 'Command palette (alternative shortcut)',
        keys: 'Mod+Shift+P',
        hidden: true,
        run: openPalette,
      },
    ],
    overlays: [{ View: () => <Palette items={items} /> }],
  } satisfies Door
}

function paletteItems({ commands, doors }: DoorContext, typed: string): readonly PaletteItem[] {
  return [
    ...doors.flatMap(({ palette }) => palette?.(typed) ?? []),
    ...commands.all
      .filter(({ hidden, when }) => hidden !== true && (when?.() ?? true))
      .map(command => ({
        id: command.id,
        title: command.title,
        ...(command.keywords === undefined ? {} : { keywords: command.keywords }),
        keys: commands.keysOf(command),
        run: () => commands.run(command.id),
      })),
  ]
}
