import { asTyped, cleanPaste } from './paste.ts'
import type { TerminalClient } from './terminal-client.ts'

const longestLine = 4_000

/**
 * Types a command that is already quoted for the shell, as soon as it waits for one; with `send`, Enter follows. Errors: a
 * text that this shell can't take from the keyboard.
 */
export async function typeCommand(client: TerminalClient, text: string, send: boolean): Promise<void> {
  await client.settled()
  const { bracketedPasteMode } = client.terminal.modes
  const cleaned = cleanPaste(text)
  if (!send && cleaned.includes('\n') && !bracketedPasteMode)
    throw new Error('This shell runs each pasted line immediately. Change the run mode of the snippet.')
  // A Linux terminal buffers at most 4,095 bytes of a line (N_TTY): the rest would be lost.
  if (!bracketedPasteMode && cleaned.split('\n').some(line => new TextEncoder().encode(line).length > longestLine))
    throw new Error('A line of this snippet is too long to type. Run the snippet in the background instead.')
  client.noteCommand(cleaned, send)
  client.type(`${asTyped(cleaned, bracketedPasteMode)}${send ? '\r' : ''}`)
}
