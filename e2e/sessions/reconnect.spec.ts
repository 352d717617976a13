import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { open as openLink, type Link } from '../../scripts/tcp-proxy.mjs'
import { expect, keyHost, openShell, terminal, test, trust } from '../fixtures.ts'
import type { Sshd } from '../sshd.ts'
import { freePort, pageOn, stopPages, textAt } from '../web-pages.ts'

test.afterEach(stopPages)

/** Puts a link that can be cut between Hawser and the server. */
async function linked(sshd: Sshd, sshDir: string, label = 'gpu-box') {
  const link = await openLink(sshd.port)
  trust(sshDir, link.port, sshd.hostKey)
  return { link, host: { ...keyHost(sshd, label), port: link.port } }
}

function cut(link: Link): void {
  link.refuse()
  link.reset()
}

test('a lid closed and opened again: terminals and forwards are live within seconds, with their screens', async ({
  launch,
  sshd,
  sshDir,
}) => {
  const { link, host } = await linked(sshd, sshDir)
  const { page } = await launch({ hosts: [host] })
  const shell = await openShell(page, 'gpu-box')
  await shell.run('echo first-$((6*7))')
  await expect(shell.rows).toContainText('first-42')
  await page.keyboard.press('Control+Shift+D')
  const both = page.getByRole('region', { name: 'Terminal gpu-box' })
  await expect(both).toHaveCount(2)
  await page.getByRole('tab', { name: 'Home' }).click()
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Forwards' }).click()
  const [web, here] = [await freePort(), await freePort()]
  await pageOn(web, 'the page')
  await page.getByRole('button', { name: 'New forward' }).click()
  const dialog = page.getByRole('dialog', { name: 'New forward' })
  await dialog.getByRole('textbox', { name: 'Label' }).fill('Web')
  await dialog.getByRole('textbox', { name: /listening port$/ }).fill(String(here))
  await dialog.getByRole('textbox', { name: /^Destination/ }).fill(String(web))
  await dialog.getByRole('button', { name: 'Save and start' }).click()
  await expect.poll(() => textAt(here)).toBe('the page')
  await page.getByRole('tab', { name: 'gpu-box' }).click()
  cut(link)
  await expect(page.getByRole('status', { name: 'Reconnecting' })).toHaveCount(2)
  link.refuse(false)
  await expect(page.getByRole('status', { name: 'Reconnecting' })).toHaveCount(0, { timeout: 10_000 })
  await expect(both.first()).toContainText('first-42')
  await expect(both.first()).toContainText(/Disconnected at .* reconnected at/)
  expect(await textAt(here)).toBe('the page')
  await link.close()
})

test('keys typed as soon as a terminal is connected again are sent', async ({ launch, sshd, sshDir }) => {
  const { link, host } = await linked(sshd, sshDir)
  const { page } = await launch({ hosts: [host] })
  const shell = await openShell(page, 'gpu-box')
  cut(link)
  await expect(page.getByRole('status', { name: 'Reconnecting' })).toBeVisible()
  // Pasted in the page itself: keys that the test presses from outside mostly arrive too late.
  await shell.region.getByRole('textbox', { name: 'Terminal input' }).evaluate(input => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', 'echo so""oner')
    new MutationObserver((_changes, observer) => {
      if (!document.querySelector('[role="tab"] [aria-label="connected"]')) return
      observer.disconnect()
      input.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))
    }).observe(document, { subtree: true, childList: true, attributes: true })
  })
  link.refuse(false)
  await expect(shell.rows).toContainText('echo so""oner')
  await page.keyboard.press('Enter')
  await expect(shell.rows).toContainText('sooner')
  await link.close()
})

test('keys typed without a connection are kept, and sent only when told to', async ({ launch, sshd, sshDir }) => {
  const { link, host } = await linked(sshd, sshDir)
  const { page } = await launch({ hosts: [host] })
  const shell = await openShell(page, 'gpu-box')
  cut(link)
  const { region } = shell
  await expect(region.getByRole('status', { name: 'Reconnecting' })).toBeVisible()
  await shell.type('echo kept-$((40+2))')
  const keys = region.getByRole('status', { name: 'Keys not sent' })
  await expect(keys).toContainText('19 keys not sent')
  await expect(keys.getByRole('button', { name: 'Send keys' })).toBeDisabled()
  link.refuse(false)
  await region.getByRole('button', { name: 'Reconnect now' }).click()
  await expect(region.getByRole('status', { name: 'Reconnecting' })).toBeHidden({ timeout: 10_000 })
  await expect(keys).toContainText('19 keys not sent')
  await expect(shell.rows).not.toContainText('kept-')
  await keys.getByRole('button', { name: 'Send keys' }).click()
  await expect(keys).toBeHidden()
  await page.keyboard.press('Enter')
  await expect(shell.rows).toContainText('kept-42')
  await link.close()
})

test('what a lost program had set up types nothing into the next shell', async ({ launch, sshd, sshDir }) => {
  const { link, host } = await linked(sshd, sshDir)
  const { page } = await launch({ hosts: [host] })
  const shell = await openShell(page, 'gpu-box')
  // Mouse and focus reports, pastes in brackets, cursor keys of applications, kitty’s keys and the alternate screen.
  await shell.run("printf '\\e[?1049h\\e[?1000;1003;1004;1006;2004h\\e[?1h\\e[>1u'; sleep 60")
  await expect(shell.rows).not.toContainText('printf')
  cut(link)
  link.refuse(false)
  await expect(shell.rows).toContainText(/reconnected at/, { timeout: 10_000 })
  await shell.prompt()
  await shell.region.getByRole('textbox', { name: 'Terminal input' }).blur()
  await shell.region.hover()
  await page.mouse.down()
  await page.mouse.up()
  await shell.run('cat -v')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await expect(shell.rows).toContainText('^[[A')
  await expect(shell.rows).not.toContainText(/\^\[\[(<|I|O|M|200)/)
  await link.close()
})

test('reconnecting stops when told to, and a key or a button goes on', async ({ launch, sshd, sshDir }) => {
  const { link, host } = await linked(sshd, sshDir)
  const { page } = await launch({ hosts: [host] })
  const { region, rows, type } = await openShell(page, 'gpu-box')
  cut(link)
  await expect(region.getByRole('status', { name: 'Reconnecting' })).toContainText(/Reconnecting in \d+ s/)
  await region.getByRole('button', { name: 'Stop reconnecting' }).click()
  await expect(region.getByRole('alert')).toBeVisible()
  await expect(region.getByRole('status', { name: 'Reconnecting' })).toBeHidden()
  link.refuse(false)
  await region.getByRole('button', { name: 'Reconnect' }).click()
  await expect(page.getByRole('tab', { name: 'gpu-box' }).getByRole('img', { name: 'connected' })).toBeVisible()
  await type('echo again-$((6*7))\n')
  await expect(rows).toContainText('again-42')
  await link.close()
})

test('Enter reconnects after Stop and Cancel, whether they were clicked or pressed', async ({
  launch,
  sshd,
  sshDir,
}) => {
  const { link, host } = await linked(sshd, sshDir)
  const { page } = await launch({ hosts: [host] })
  const { region, rows } = await openShell(page, 'gpu-box')
  const connected = page.getByRole('tab', { name: 'gpu-box' }).getByRole('img', { name: 'connected', exact: true })
  for (const use of ['click', 'press'] as const) {
    cut(link)
    await expect(region.getByRole('status', { name: 'Reconnecting' })).toContainText(/Reconnecting in \d+ s/)
    const stop = region.getByRole('button', { name: 'Stop reconnecting' })
    await (use === 'click' ? stop.click() : stop.press('Enter'))
    await expect(region.getByRole('alert')).toContainText('Press Enter to reconnect.')
    link.refuse(false)
    link.stall()
    await page.keyboard.press('Enter')
    const cancel = region.getByRole('button', { name: 'Cancel' })
    await (use === 'click' ? cancel.click() : cancel.press('Enter'))
    await expect(region.getByRole('status')).toContainText('gpu-box is not connected.')
    link.stall(false)
    await page.keyboard.press('Enter')
    await expect(connected).toBeVisible()
  }
  await page.keyboard.type('echo typed-$((6*7))\n')
  await expect(rows).toContainText('typed-42')
  await link.close()
})

test('the new shell starts in the folder that the old one was last in', async ({ launch, sshd, sshDir }) => {
  const { link, host } = await linked(sshd, sshDir)
  const { page } = await launch({ hosts: [host] })
  const shell = await openShell(page, 'gpu-box')
  const report = `PROMPT_COMMAND='printf "\\\\033]7;file://box%s\\\\033\\\\\\\\" "$PWD"'`
  await shell.run(report)
  await shell.run(`mkdir -p "it's here" && cd "it's here"`)
  await shell.run('echo moved-$((6*7))')
  await expect(shell.rows).toContainText('moved-42')
  cut(link)
  link.refuse(false)
  await expect(shell.rows).toContainText(/reconnected at/, { timeout: 10_000 })
  await expect(shell.rows).toContainText(/reconnected at[\s\S]*cd [\s\S]*here/)
  await shell.run('echo "now in ${PWD##*/}"')
  await expect(shell.rows).toContainText(`now in it's here`)
  await link.close()
})

test('what is typed before the new shell is in the old folder comes after the way there', async ({
  launch,
  sshd,
  sshDir,
}) => {
  const { link, host } = await linked(sshd, sshDir)
  const { page } = await launch({ hosts: [host] })
  const shell = await openShell(page, 'gpu-box')
  await shell.run(`PROMPT_COMMAND='printf "\\033]7;file://box%s\\033\\\\" "$PWD"'`)
  await shell.run('mkdir -p deep && cd deep && echo moved-$((6*7))')
  await expect(shell.rows).toContainText('moved-42')
  // The next shell takes its time before its prompt.
  writeFileSync(join(sshd.folder, 'home', '.bash_profile'), 'echo starting; sleep 3')
  cut(link)
  await expect(shell.region.getByRole('status', { name: 'Reconnecting' })).toBeVisible()
  await shell.type('echo "kept ')
  link.refuse(false)
  await shell.region.getByRole('button', { name: 'Reconnect now' }).click()
  await shell.region.getByRole('button', { name: 'Send keys' }).click()
  await shell.type('in ${PWD##*/}"')
  await expect(shell.rows).toContainText('starting')
  await page.keyboard.press('Enter')
  await expect(shell.rows).toContainText('kept in deep')
  await link.close()
})

test('a shell that hangs before its prompt can be interrupted at once', async ({ launch, sshd, sshDir }) => {
  const { link, host } = await linked(sshd, sshDir)
  const { page } = await launch({ hosts: [host] })
  const shell = await openShell(page, 'gpu-box')
  await shell.run(`PROMPT_COMMAND='printf "\\033]7;file://box%s\\033\\\\" "$PWD"'`)
  await shell.run('mkdir -p deep && cd deep && echo moved-$((6*7))')
  await expect(shell.rows).toContainText('moved-42')
  writeFileSync(join(sshd.folder, 'home', '.bash_profile'), 'trap "echo interrupted-$((6*7))" INT; sleep 600')
  cut(link)
  link.refuse(false)
  await expect(shell.rows).toContainText(/reconnected at/, { timeout: 10_000 })
  await page.keyboard.press('Control+c')
  await expect(shell.rows).toContainText('interrupted-42', { timeout: 4_000 })
  await link.close()
})

test('a terminal whose host asks for a password says that a sign-in is needed, and asks once it is seen', async ({
  launch,
  server,
  sshDir,
}) => {
  const { port, publicKey } = await server({ password: 'pw', shell: 'pty' })
  const link = await openLink(port)
  trust(sshDir, link.port, publicKey)
  const { page } = await launch({ hosts: [{ label: 'box', port: link.port, user: 'me', signIn: 'password' }] })
  await page.getByRole('button', { name: 'box', exact: true }).click()
  await page.getByRole('textbox', { name: 'Password' }).fill('pw')
  await page.getByRole('textbox', { name: 'Password' }).press('Enter')
  await terminal(page, 'box').prompt()
  await page.getByRole('tab', { name: 'Home' }).click()
  link.reset()
  const notice = page.getByRole('region', { name: 'Notices' }).getByText('Sign-in needed for box.')
  await expect(notice).toBeVisible({ timeout: 10_000 })
  await expect(page.getByRole('textbox', { name: 'Password' })).toBeHidden()
  await page.getByRole('button', { name: 'Show' }).click()
  await expect(page.getByRole('textbox', { name: 'Password' })).toBeVisible()
  link.stall()
  await page.getByRole('textbox', { name: 'Password' }).fill('pw')
  await page.getByRole('textbox', { name: 'Password' }).press('Enter')
  // Nothing waits for the user any more.
  await expect(terminal(page, 'box').region.getByRole('status', { name: 'Reconnecting' })).toBeVisible()
  link.stall(false)
  await expect(page.getByRole('tab', { name: 'box' }).getByRole('img', { name: 'connected' })).toBeVisible()
  await link.close()
})

test('a narrow pane shows what its terminal waits for, and the buttons', async ({ launch, sshd, sshDir }) => {
  const { link, host } = await linked(sshd, sshDir)
  const { page } = await launch({ hosts: [host] })
  await (await openShell(page, 'gpu-box')).run('echo one-$((6*7))')
  const panes = page.getByRole('region', { name: /^Terminal gpu-box/ })
  for (const count of [2, 3, 4]) {
    await page.keyboard.press('Control+Shift+D')
    await expect(panes).toHaveCount(count)
    await expect(panes.last().getByRole('textbox', { name: 'Terminal input' })).toBeFocused()
  }
  await expect(page.getByText('4 terminals')).toBeVisible()
  cut(link)
  for (const name of ['Stop reconnecting', 'Reconnect now'])
    await expect(panes.last().getByRole('button', { name })).toBeInViewport({ ratio: 1 })
  await link.close()
})
