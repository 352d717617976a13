import { FileWarning } from 'lucide-react'
import { lazy, Suspense, useRef, useState } from 'react'

import { nameOf } from '../../../shared/base/paths.ts'
import type { Api } from '../../../shared/contract/contract.ts'
import type { ConflictSide } from '../../../shared/contract/prompts.ts'
import type { ConflictChoice } from '../../../shared/contract/transfers.ts'
import { useHosts } from '../../mirrors/hosts.ts'
import { sideAmong } from '../../mirrors/targets.ts'
import { Button } from '../../ui/button.tsx'
import { Actions, Dialog, Grow } from '../../ui/dialog.tsx'
import { Checkbox } from '../../ui/field.tsx'
import ui from '../../ui/text.module.css'
import type { Asked } from './asked.ts'

const Differences = lazy(async () => ({ default: (await import('./differences.tsx')).Differences }))

const textSize = 512 * 1024
const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

/** Asks what to do if a file already exists. */
export function ConflictDialog({ question, answer, api }: Omit<Asked<'conflict'>, 'copy'> & { readonly api: Api }) {
  const { name, folder, source, target, canResume, canStop } = question
  const hosts = useHosts(state => state.book.hosts)
  const labels = {
    source: `Source (${sideAmong(source.place.side, hosts)})`,
    target: `Existing file (${sideAmong(target.place.side, hosts)})`,
  }
  const [all, setAll] = useState(false)
  const [comparing, setComparing] = useState(false)
  const skip = useRef<HTMLButtonElement>(null)
  const choose = (choice: ConflictChoice) => answer({ kind: 'conflict', choice, all })
  const comparable = source.size <= textSize && target.size <= textSize && !binary.test(nameOf(source.place.path))
  return (
    <Dialog
      alert
      unasked
      title={`${name} already exists`}
      description={folder}
      badge={<FileWarning size={18} />}
      tone="warn"
      width={comparing ? 920 : 560}
      onClose={() => answer(null)}
      initialFocus={skip}
    >
      <dl className={ui['pairs']} data-wide>
        <dt>{labels.source}</dt>
        <dd>{sideText(source)}</dd>
        <dt>{labels.target}</dt>
        <dd>{sideText(target)}</dd>
      </dl>
      {comparing && (
        <Suspense fallback={<p role="status">Loading…</p>}>
          <Differences api={api} source={source} target={target} labels={labels} />
        </Suspense>
      )}
      <Checkbox label="Apply to all" checked={all} onChange={event => setAll(event.currentTarget.checked)} />
      <Actions>
        {canStop && (
          <>
            <Button look="ghost" onClick={() => answer({ kind: 'stop' })}>
              Cancel transfer
            </Button>
            <Grow />
          </>
        )}
        {comparable && !comparing && (
          <Button look="ghost" onClick={() => setComparing(true)}>
            Compare
          </Button>
        )}
        {canResume && <Button onClick={() => choose('resume')}>Resume</Button>}
        {all && <Button onClick={() => choose('newer')}>Replace older</Button>}
        {all && <Button onClick={() => choose('different')}>Replace if different</Button>}
        <Button ref={skip} onClick={() => choose('skip')}>
          Skip
        </Button>
        <Button onClick={() => choose('keep-both')}>Keep both</Button>
        <Button look="primary" onClick={() => choose('replace')}>
          Replace
        </Button>
      </Actions>
    </Dialog>
  )
}

const binary = /\.(png|jpe?g|gif|webp|zip|t?gz|xz|bz2|zst|tar|npy|npz|pt|pth|bin|safetensors|parquet|pdf|so|o|whl)$/i

function sideText({ size, mtimeMs }: ConflictSide): string {
  const modified = mtimeMs === null ? 'modification time unknown' : `modified ${time.format(new Date(mtimeMs))}`
  return `${size.toLocaleString()} ${size === 1 ? 'byte' : 'bytes'}, ${modified}`
}
