import type { ElectronApplication } from '@playwright/test'

import { expect, keyHost, openShell, test, trust } from './fixtures.ts'

/** Takes the place of the system's question; `answer` presses one of its buttons. */
async function standIn(app: ElectronApplication) {
  await app.evaluate(({ dialog }) => {
    const asked: { message: string; answer: (response: number) => void }[] = []
    Object.assign(globalThis, { asked })
    dialog.showMessageBox = (...[, options]: unknown[]) =>
      new Promise(resolve => {
        const { message } = options as { message: string }
        asked.push({ message, answer: response => resolve({ response, checkboxChecked: false }) })
      })
  })
  interface Asked {
    readonly asked: { message: string; answer: (response: number) => void }[]
  }
  return {
    questions: () => app.evaluate(() => (globalThis as unknown as Asked).asked.map(({ message }) => message)),
    answer: (response: number) =>
      app.evaluate((_electron, button) => (globalThis as unknown as Asked).asked.at(-1)?.answer(button), response),
  }
}

test('while closing is asked about everything goes on; a no keeps the window, a yes ends the program', async ({
  launch,
  sshd,
  sshDir,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const { app, page } = await launch({
    ownProcess: true,
    hosts: [keyHost(sshd)],
    settings: { security: { confirmClose: true } },
  })
  const shell = await openShell(page)
  const { questions, answer } = await standIn(app)
  const close = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())

  await close()
  await expect.poll(questions).toEqual(['One terminal is still active.'])
  await shell.run('echo alive-$((40+2))')
  await expect(shell.rows).toContainText('alive-42')
  await close()
  await app.evaluate(({ app: program }) => program.quit())
  expect(await questions()).toHaveLength(1)
  await answer(1)
  await shell.run('echo kept-$((40+2))')
  await expect(shell.rows).toContainText('kept-42')

  await app.evaluate(({ app: program }) => program.quit())
  await expect.poll(questions).toHaveLength(2)
  const ended = app.waitForEvent('close')
  await answer(0)
  await ended
})
