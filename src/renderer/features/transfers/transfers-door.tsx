import { sizeText } from '../../../shared/base/sizes.ts'
import { reportProblem } from '../../mirrors/notices.ts'
import { isUnderWay, mirrorTransfers, useTransfers } from '../../mirrors/transfers.ts'
import type { Door, DoorContext } from '../../workspace/door.ts'
import { activeFiles, useWorkspace } from '../../workspace/workspace-store.ts'
import { TransfersPanel } from './transfers-panel.tsx'

/** Transfers, below the files. */
export function transfersDoor({ api, follow, store }: DoorContext) {
  store.add(mirrorTransfers(api, follow))
  const Panel = () => {
    const shown = useWorkspace(state => activeFiles(state) !== undefined)
    return shown ? <TransfersPanel api={api} sizeText={sizeText} onProblem={reportProblem} /> : null
  }
  return { panel: Panel, status: TransferCount } satisfies Door
}

function TransferCount() {
  const moving = useTransfers(state => state.transfers.filter(isUnderWay).length)
  if (moving === 0) return null
  return <span>{moving === 1 ? '1 transfer' : `${moving} transfers`}</span>
}
