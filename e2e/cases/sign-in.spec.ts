import { expect, terminal, test, trust } from '../fixtures.ts'

test('one hidden question is the password in any language: it is remembered, and answered the next time', async ({
  launch,
  server,
  sshDir,
}) => {
  const question = { name: '', text: '', prompts: [{ prompt: '密码：', echo: false }], answers: ['pw'] }
  const { port, publicKey } = await server({ rounds: [question] })
  trust(sshDir, port, publicKey)
  const { page, close } = await launch({ hosts: [{ label: 'box', port, user: 'me', signIn: 'password' }] })
  await page.getByRole('button', { name: 'box', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Answer', { exact: true }).fill('pw')
  await dialog.getByRole('checkbox', { name: 'Remember' }).check()
  await dialog.getByRole('button', { name: 'Continue' }).click()
  await expect(terminal(page, 'box').rows).toContainText('ready')
  await page.getByRole('button', { name: 'Close box' }).click()
  await close()

  const again = await launch()
  await again.page.getByRole('button', { name: 'box', exact: true }).click()
  await expect(terminal(again.page, 'box').rows).toContainText('ready')
})

test('a password that has expired is changed while signing in, in the server’s words', async ({
  launch,
  server,
  sshDir,
}) => {
  const round = (prompt: string, answer: string) => ({
    name: '',
    text: '',
    prompts: [{ prompt, echo: false }],
    answers: [answer],
  })
  const expired = 'You are required to change your password immediately (password expired).'
  const pam = await server({
    rounds: [
      round('Password: ', 'old'),
      round(`${expired}\nCurrent password: `, 'old'),
      round('New password: ', 'new'),
      round('Retype new password: ', 'new'),
    ],
  })
  const plain = await server({ password: 'old', expired: { prompt: expired } })
  trust(sshDir, pam.port, pam.publicKey)
  trust(sshDir, plain.port, plain.publicKey)
  const host = (label: string, port: number) => ({ label, port, user: 'me', signIn: 'password' as const })
  const { page } = await launch({ hosts: [host('pam', pam.port), host('plain', plain.port)] })
  const dialog = page.getByRole('dialog')
  const next = () => dialog.getByRole('button', { name: 'Continue' }).click()

  await page.getByRole('button', { name: 'pam', exact: true }).click()
  for (const [words, answer] of [
    ['Password:', 'old'],
    [expired, 'old'],
    ['New password:', 'new'],
    ['Retype new password:', 'new'],
  ] as const) {
    await expect(dialog.getByRole('region', { name: 'Message from the server' })).toContainText(words)
    await dialog.getByLabel('Answer', { exact: true }).fill(answer)
    await next()
  }
  await expect(terminal(page, 'pam').rows).toContainText('ready')
  await page.getByRole('button', { name: 'Close pam' }).click()

  await page.getByRole('button', { name: 'plain', exact: true }).click()
  await dialog.getByLabel('Password', { exact: true }).fill('old')
  await next()
  await expect(dialog).toHaveAccessibleName(`New password for me@127.0.0.1:${plain.port}`)
  await expect(dialog.getByRole('region', { name: 'Notice from the server' })).toContainText(expired)
  await dialog.getByLabel('New password', { exact: true }).fill('new')
  await dialog.getByLabel('Confirm new password').fill('new')
  await next()
  await expect(terminal(page, 'plain').rows).toContainText('ready')
  expect(plain.events.filter(({ method }) => method === 'password')).toMatchObject([{ ok: true, text: 'new' }])
})
