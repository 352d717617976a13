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
