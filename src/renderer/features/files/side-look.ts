import type { Side, SideState } from '../../../shared/contract/files.ts'
import type { Tone } from '../../ui/tag.tsx'

/** The color and label of a side's status dot. */
export function sideLook(side: Side, state: SideState | undefined): { readonly tone: Tone; readonly text: string } {
  if (side.target.kind === 'local') return { tone: 'none', text: 'this computer' }
  switch (state?.kind) {
    case undefined:
      return { tone: 'none', text: 'not connected' }
    case 'connecting':
      return { tone: 'warn', text: 'connecting' }
    case 'asking':
      return { tone: 'warn', text: 'waiting for your response' }
    case 'ready':
      return { tone: 'ok', text: 'connected' }
    case 'lost':
      return { tone: 'bad', text: 'connection lost' }
    case 'failed':
      return { tone: 'bad', text: 'not connected' }
  }
}
