import { expect, keyHost, openShell, seed, terminal, test, trust } from './fixtures.ts'
import { freePort } from './web-pages.ts'

test('a server that imitates a question of Hawser is seen to ask', async ({ launch, server, sshDir }) => {
  const imitation = {
    name: 'Passphrase for id_ed25519',
    text: '/home/alice/.ssh/id_ed25519',
    prompts: [{ prompt: 'Passphrase', echo: false }],
    answers: ['x'],
  }
  const { port, publicKey } = await server({ rounds: [imitation] })
  trust(sshDir, port, publicKey)
  const { page } = await launch({ hosts: [{ label: 'web1', port, user: 'me' }] })
  await page.getByRole('button', { name: 'web1', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toHaveAccessibleName(`Prompt from me@127.0.0.1:${port}`)
  await expect(dialog).toHaveAccessibleDescription(
    'The text in the frame is from the server web1. Your answers are sent to that server.',
  )
  const frame = dialog.getByRole('region', { name: 'Message from the server' })
  await expect(frame).toContainText('Passphrase for id_ed25519')
  await expect(frame).toContainText('/home/alice/.ssh/id_ed25519')
  await expect(dialog.getByRole('heading', { level: 2 })).toHaveText(`Prompt from me@127.0.0.1:${port}`)
  await expect(page.getByLabel('Passphrase')).toHaveCount(0)
  const field = dialog.getByLabel('Answer', { exact: true })
  await expect(field).toHaveAccessibleDescription('Passphrase')
  await field.fill('x')
  await dialog.getByRole('button', { name: 'Continue' }).click()
  await expect(terminal(page, 'web1').rows).toContainText('ready')
})

test('a question of the background leaves every key in the terminal, and opens by its mark', async ({
  launch,
  server,
  sshd,
  sshDir,
  dataDir,
}) => {
  trust(sshDir, sshd.port, sshd.hostKey)
  const [port, here] = [await freePort(), await freePort()]
  const id = '2f1c9d2e-5b1a-4c3e-9f60-0123456789ab'
  const end = (at: number) => ({ kind: 'tcp', address: '127.0.0.1', port: at })
  seed(dataDir, 'forwards.json', {
    forwards: [
      {
        id: '6f1c9d2e-5b1a-4c3e-9f60-0123456789ab',
        label: 'Web',
        target: { kind: 'host', hostId: id },
        kind: 'local',
        listen: end(here),
        to: end(1),
        start: 'app',
      },
    ],
  })
  const { page } = await launch({ hosts: [keyHost(sshd), { id, label: 'away', port, user: 'me' }] })
  const shell = await openShell(page)
  await shell.type(': ')
  const mark = page.getByRole('button', { name: '1 question waiting' })
  await expect(mark).toBeHidden()
  // The host comes back while somebody types.
  await server({ port, password: 'pw' })
  let typed = ''
  await expect(async () => {
    typed += 'k'
    await page.keyboard.type('k')
    await expect(mark).toBeVisible({ timeout: 100 })
  }).toPass({ intervals: [50] })
  await page.keyboard.type(`${typed}\n`)
  await expect(shell.rows).toContainText(`: ${typed}${typed}`)
  await expect(page.getByRole('alertdialog')).toHaveCount(0)
  await mark.click()
  const question = page.getByRole('alertdialog', { name: 'Trust away?' })
  await question.getByRole('button', { name: 'Trust and connect' }).click()
  // Whoever has answered waits for the rest: it opens by itself.
  await page.getByRole('textbox', { name: 'Password' }).fill('pw')
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByRole('contentinfo').getByText('1 active')).toBeVisible()
  await expect(mark).toBeHidden()
})

test('a question takes no key in its first half second', async ({ launch, server }) => {
  const { port, events } = await server({ password: 'pw' })
  // The clock that a test sets stays with the process.
  const { page } = await launch({
    ownProcess: true,
    hosts: [{ label: 'box', port, user: 'me', signIn: 'password' }],
  })
  await page.clock.install()
  await page.clock.pauseAt(Date.now() + 60_000)
  await page.getByRole('button', { name: 'box', exact: true }).click()
  const dialog = page.getByRole('alertdialog', { name: 'Trust box?' })
  const cancel = dialog.getByRole('button', { name: 'Cancel' })
  // The pane asks for its terminal in the next frame.
  await page.clock.runFor(50)
  await expect(cancel).toBeDisabled()
  await page.clock.runFor(400)
  for (const key of ['Escape', 'Enter', 'Space', 'Tab', 'Enter']) await page.keyboard.press(key)
  await expect(dialog).toBeVisible()
  await page.clock.runFor(200)
  await expect(cancel).toBeFocused()
  await page.keyboard.press('Escape')
  await page.clock.runFor(1_000)
  await expect(dialog).toBeHidden()
  expect(events.filter(({ kind }) => kind === 'auth')).toEqual([])
})
