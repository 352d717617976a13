import { openSnippetDialog, showRun } from './snippets-state.ts'
import { useSnippets } from '../../mirrors/snippets.ts'
import { showNotice, reportProblem } from '../../mirrors/notices.ts'
import { activePane, showHome } from '../../workspace/workspace-store.ts'
import type { Command } from '../../ui/command.ts'
import type { SnippetRunner } from './run-snippet.ts'
import type { DoorContext } from '../../workspace/door.ts'

/** The commands that run a snippet by its number begin so: the palette has the snippets themselves. */
const numberCommand = 'snippet-number-'

// On macOS too: Cmd and Shift with a number take pictures of the screen.
const numberKeys = 'Ctrl+Shift'

/** What there is to do with snippets, and with text for a shell. */
export function snippetCommands(context: DoorContext, snippets: SnippetRunner): readonly Command[] {
  const { requests } = context
  const inPane = () => activePane() !== undefined
  const selection = () => {
    const pane = activePane()
    return pane ? requests.shells.selectionOf(pane.id) : ''
  }
  const draftFrom = (command: string) => {
    const text = command.replace(/\r\n?/g, '\n').trim()
    openSnippetDialog({ kind: 'form', snippet: null, draft: { command: text, name: nameFrom(text) } })
  }
  return [
    { id: 'snippets', title: 'Go to snippets', keys: 'Mod+Shift+S', run: () => showHome('snippets') },
    {
      id: 'new-snippet',
      title: 'New snippet',
      keys: '',
      run: () => openSnippetDialog({ kind: 'form', snippet: null }),
    },
    {
      id: 'snippet-from-selection',
      title: 'New snippet from selection',
      keys: 'Mod+Shift+M',
      when: inPane,
      run: () =>
        selection().trim() === '' ? showNotice('Select a command in the terminal first.') : draftFrom(selection()),
    },
    {
      id: 'snippet-from-last',
      title: 'New snippet from last command',
      keys: '',
      when: inPane,
      run: () => {
        const last = requests.shells.lastCommandOf(activePane()?.id ?? '')
        if (last === null)
          showNotice('The last command couldn’t be detected. Select it and use “New snippet from selection”.')
        else draftFrom(last)
      },
    },
    {
      id: 'runs',
      title: 'Show snippet runs',
      keys: '',
      when: () => useSnippets.getState().runs.length > 0,
      run: () => showRun(useSnippets.getState().runs[0]?.id ?? null),
    },
    ...sendCommands(context, selection),
    ...numbered(snippets),
  ]
}

// The words that say what is done; a person gives it a better one.
function nameFrom(command: string): string {
  const words = (command.split('\n')[0] ?? '').split(/\s+/).slice(0, 3)
  return words.join(' ').slice(0, 40)
}

function sendCommands({ api, requests }: DoorContext, selection: () => string): readonly Command[] {
  return [
    {
      id: 'send-selection',
      title: 'Send selection to terminal',
      keys: 'Mod+Shift+Enter',
      when: () => activePane() !== undefined,
      run: () => requests.sender.send(selection(), activePane()?.id),
    },
    {
      id: 'send-clipboard',
      title: 'Send clipboard to terminal',
      keys: '',
      run: () =>
        void api.app
          .paste({ from: 'clipboard' })
          .then(text => requests.sender.send(text, activePane()?.id))
          .catch(reportProblem),
    },
  ]
}

function numbered(snippets: SnippetRunner): readonly Command[] {
  return Array.from({ length: 9 }, (_each, index): Command => {
    const find = () => useSnippets.getState().book.snippets.find(each => each.key === index + 1)
    return {
      id: `${numberCommand}${index + 1}`,
      title: `Run snippet ${index + 1}`,
      keys: `${numberKeys}+${index + 1}`,
      hidden: true,
      when: () => find() !== undefined,
      run: () => {
        const [snippet, pane] = [find(), activePane()]
        if (snippet) snippets.run(snippet, pane ? { pane } : {})
      },
    }
  })
}

/** The shortcuts that run the snippet with a number, as they are now. */
export function numberKeysOf(context: Pick<DoorContext, 'commands'>): (number: number) => string {
  return number => {
    const { commands } = context
    const command = commands.all.find(({ id }) => id === `${numberCommand}${number}`)
    return command ? commands.keysOf(command) : ''
  }
}
