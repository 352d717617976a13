import { CircleHelp } from 'lucide-react'

import { copyText } from '../../mirrors/copy-text.ts'
import { reportProblem } from '../../mirrors/notices.ts'
import { openLink } from '../../mirrors/open-link.ts'
import { callQuestions, mirrorPrompts, shownQuestion, usePrompts, waitingQuestions } from '../../mirrors/prompts.ts'
import { openVault } from '../../mirrors/vault.ts'
import type { Door, DoorContext } from '../../workspace/door.ts'
import { Prompts } from './prompts.tsx'

/** The questions of main: host keys, secrets, conflicts. */
export function promptsDoor({ api, follow, store }: DoorContext) {
  store.add(mirrorPrompts(api, follow))
  const cancelShown = () => {
    const question = shownQuestion(usePrompts.getState())
    if (question) void api.prompts.answer({ id: question.id, answer: null }).catch(reportProblem)
  }
  return {
    overlays: [
      {
        View: () => (
          <Prompts
            api={api}
            openVault={openVault}
            copy={text => copyText(api, text)}
            openLink={address => openLink(api, address)}
          />
        ),
        useOpen: () => usePrompts(shownQuestion)?.id,
        close: cancelShown,
      },
    ],
    status: WaitingQuestions,
  } satisfies Door
}

function WaitingQuestions() {
  const questions = usePrompts(waitingQuestions)
  if (questions === 0) return null
  return (
    <button type="button" onClick={callQuestions}>
      <CircleHelp size={12} aria-hidden="true" /> {questions === 1 ? '1 question' : `${questions} questions`} waiting
    </button>
  )
}
