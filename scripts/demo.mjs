// npm run demo: Hawser with a private SSH server and hosts for it, in a temporary data folder.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'

import { startDemoServers } from './demo-servers.mjs'
import { startHeadless } from './headless.mjs'
import { help, runHawser, sandboxArgs } from './run.mjs'
import { fail, hasDisplay, root, say, setUp } from './set-up.mjs'

help(`npm run demo [-- --latency MS] [-- --screenshot DIR]
  --latency MS       adds so much to each round trip
  --screenshot DIR   runs without a person: opens the demo host, types a command, saves a picture of each screen in DIR`)

const flag = (/** @type {string} */ name) => {
  const at = process.argv.indexOf(name)
  return at < 0 ? undefined : (process.argv[at + 1] ?? fail(`${name} needs an argument`))
}
const pictures = flag('--screenshot')
const headless = pictures !== undefined || !hasDisplay()
const { electron } = await setUp({
  purposes: ['run', 'build', 'servers', ...(headless ? /** @type {const} */ (['headless']) : [])],
})
// Screenshots are taken on a screen of fixed size, without the user's own keychain.
const endHeadless = await startHeadless({ keyring: headless, ...(pictures === undefined ? {} : { display: true }) })
let code = 1
let endServers = () => {}
try {
  const servers = await startDemoServers({
    latencyMs: Number(flag('--latency') ?? 0),
    // Nobody is present to confirm closing open sessions.
    settings: pictures === undefined ? {} : { security: { confirmClose: false } },
  })
  endServers = servers.end
  code =
    pictures === undefined
      ? await runHawser(electron, [], servers.env)
      : await takePictures(resolve(pictures), servers.env)
} finally {
  endServers()
  endHeadless()
}
process.exit(code)

/** @param {string} folder @param {Record<string, string>} env */
async function takePictures(folder, env) {
  const { _electron } = await import('@playwright/test')
  mkdirSync(folder, { recursive: true })
  // Files copied for the screenshots must not end up in the user's own home.
  const home = mkdtempSync(join(tmpdir(), 'hawser-home-'))
  const app = await _electron.launch({
    executablePath: electron,
    args: [...sandboxArgs, root],
    env: { .../** @type {Record<string, string>} */ (process.env), ...env, HOME: home },
  })
  const page = await app.firstWindow()
  const size = (/** @type {number} */ width, /** @type {number} */ height) =>
    app.evaluate(({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.setContentSize(to.width, to.height), {
      width,
      height,
    })
  const main = page.getByRole('navigation', { name: 'Main' })
  // Nobody is present to look at a browser.
  await app.evaluate(({ shell }) => {
    shell.openExternal = () => Promise.resolve()
  })
  let count = 0
  const shoot = async (/** @type {string} */ name) => {
    const file = `${String(++count).padStart(2, '0')}-${name}.png`
    await page.screenshot({ path: resolve(folder, file), animations: 'disabled' })
    say(`saved ${file}`)
  }
  await size(1360, 850)
  await page.getByRole('button', { name: 'gpu-box', exact: true }).waitFor()
  for (const theme of ['dark', 'light']) {
    await main.getByRole('link', { name: 'Settings' }).click()
    await page.getByLabel('Theme', { exact: true }).selectOption(theme)
    await shoot(`settings-${theme}`)
    for (const section of ['Terminal', 'Files', 'Forwards', 'Snippets', 'Security', 'Keyboard', 'About']) {
      await page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: section }).click()
      await shoot(`settings-${section.toLowerCase()}-${theme}`)
    }
    await main.getByRole('link', { name: 'Hosts', exact: true }).click()
    if (theme === 'dark') await page.getByRole('button', { name: 'Details of gpu-box' }).click()
    await shoot(`hosts-${theme}`)
    await size(900, 600)
    await shoot(`hosts-small-${theme}`)
    await size(1360, 850)
    await page.getByRole('button', { name: 'New host' }).click()
    await shoot(`host-form-${theme}`)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await openShell(page, theme, shoot)
    await showSessions(page, theme, shoot)
    await size(900, 600)
    await shoot(`terminal-small-${theme}`)
    await size(1360, 850)
    await page.keyboard.press('Control+Shift+P')
    await page.getByRole('dialog', { name: 'Command palette' }).waitFor()
    await shoot(`palette-${theme}`)
    await page.keyboard.press('Escape')
    await page.getByRole('tab', { name: 'Home' }).click()
    await main.getByRole('link', { name: 'Forwards' }).click()
    await showForwards(page, { theme, shoot, size })
    await showSnippets(page, { theme, shoot, size })
    await showKeys(page, { theme, shoot, size })
    await main.getByRole('link', { name: 'Activity' }).click()
    await shoot(`activity-${theme}`)
    await main.getByRole('link', { name: 'Hosts', exact: true }).click()
    await page.getByRole('button', { name: 'login01', exact: true }).click()
    await answerKey(page)
    await page.getByRole('dialog', { name: /Password for/ }).waitFor()
    await shoot(`password-${theme}`)
    await page.getByRole('button', { name: 'Cancel' }).first().click()
    await page.getByRole('button', { name: 'Connect', exact: true }).first().waitFor()
    await page.getByRole('tab', { name: 'Home' }).click()
    await page.getByRole('button', { name: 'offline-box', exact: true }).click()
    await page.getByRole('alert').waitFor()
    await shoot(`refused-${theme}`)
    await page.getByRole('tab', { name: 'Home' }).click()
    await showFiles(page, { theme, shoot, size })
  }
  await app.close()
  rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  return 0
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {string} theme
 * @param {(name: string) => Promise<void>} shoot
 */
async function showSessions(page, theme, shoot) {
  const sessions = page.getByRole('region', { name: 'Sessions on gpu-box' })
  // A machine without tmux has no sessions to show.
  if ((await sessions.getByRole('button', { name: 'New session' }).count()) === 0) return
  await sessions.getByRole('button', { name: 'New session' }).click()
  await shoot(`session-form-${theme}`)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await sessions.getByRole('button', { name: 'End all' }).click()
  await page.getByRole('alertdialog').waitFor()
  await shoot(`sessions-end-${theme}`)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await sessions.getByRole('button', { name: 'Attach train' }).click()
  await page.getByRole('separator', { name: 'Resize panes' }).waitFor()
  await page.getByRole('region', { name: 'Terminal gpu-box 2' }).getByText('demo@gpu-box').first().waitFor()
  await shoot(`tmux-windows-${theme}`)
  await page.keyboard.press('Control+Shift+Q')
  await page.getByRole('alertdialog').waitFor()
  await shoot(`tmux-close-${theme}`)
  await page.getByRole('alertdialog').getByRole('button', { name: 'Detach' }).click()
  await page.getByRole('tab', { name: 'gpu-box', exact: true }).last().click()
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {{ theme: string, shoot: (name: string) => Promise<void>, size: (width: number, height: number) => Promise<unknown> }} parts
 */
async function showForwards(page, { theme, shoot, size }) {
  if (theme === 'dark') {
    await shoot('forwards-empty-dark')
    await page.getByRole('button', { name: 'TensorBoard' }).click()
    await shoot('preset-dark')
    await page.getByRole('button', { name: 'Forward and open' }).click()
    await page.getByRole('listitem', { name: 'TensorBoard' }).getByText('up').waitFor()
  }
  await page.getByRole('button', { name: 'New forward' }).click()
  const form = page.getByRole('dialog', { name: 'New forward' })
  await form.getByRole('textbox', { name: 'From an ssh command' }).fill('-L 8888:node17:8888')
  await shoot(`forward-form-${theme}`)
  await form.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('button', { name: 'Jupyter' }).click()
  await page.getByRole('button', { name: 'Forward and open' }).click()
  await page.getByRole('dialog', { name: 'Start Jupyter on gpu-box' }).waitFor()
  await shoot(`preset-start-${theme}`)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.waitForTimeout(500)
  await shoot(`forwards-${theme}`)
  await size(900, 600)
  await shoot(`forwards-small-${theme}`)
  await size(1360, 850)
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {{ theme: string, shoot: (name: string) => Promise<void>, size: (width: number, height: number) => Promise<unknown> }} parts
 */
async function showSnippets(page, { theme, shoot, size }) {
  const main = page.getByRole('navigation', { name: 'Main' })
  await main.getByRole('link', { name: 'Snippets' }).click()
  const region = page.getByRole('region', { name: 'Snippets', exact: true })
  await region.getByRole('button', { name: 'Slurm queue', exact: true }).waitFor()
  await shoot(`snippets-${theme}`)
  await size(900, 600)
  await shoot(`snippets-small-${theme}`)
  await region.getByRole('button', { name: 'Actions for Tail newest log' }).click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  await page.getByRole('dialog', { name: 'Edit Tail newest log' }).waitFor()
  await shoot(`snippet-form-small-${theme}`)
  await size(1360, 850)
  await shoot(`snippet-form-${theme}`)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await region.getByRole('button', { name: 'Tail newest log', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Run Tail newest log' })
  await dialog.getByRole('textbox', { name: 'folder' }).fill('projects')
  for (const name of ['gpu-box', 'runpod-a6000', 'offline-box']) {
    const box = dialog.getByRole('checkbox', { name })
    if (await box.isVisible()) await box.check()
  }
  await page.waitForTimeout(500)
  await shoot(`snippet-run-${theme}`)
  await size(900, 600)
  await shoot(`snippet-run-small-${theme}`)
  await size(1360, 850)
  await dialog.getByRole('button', { name: 'Run', exact: true }).click()
  const panel = page.getByRole('region', { name: 'Run Tail newest log' })
  await panel
    .getByText(/exit code 0/)
    .first()
    .waitFor()
  await page.waitForTimeout(1500)
  await shoot(`run-${theme}`)
  await size(900, 600)
  await shoot(`run-small-${theme}`)
  await size(1360, 850)
  await panel.getByRole('button', { name: 'Close run' }).click()
  await region.getByRole('button', { name: 'Kill by name', exact: true }).click()
  const kill = page.getByRole('dialog', { name: 'Run Kill by name' })
  await kill.getByRole('textbox', { name: 'name' }).fill('no-such-program')
  await kill.getByRole('checkbox', { name: 'gpu-box' }).check()
  await kill.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByRole('alertdialog', { name: 'Run Kill by name?' }).waitFor()
  await page.waitForTimeout(400)
  await shoot(`snippet-confirm-${theme}`)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await kill.getByRole('button', { name: 'Cancel' }).click()
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {{ theme: string, shoot: (name: string) => Promise<void>, size: (width: number, height: number) => Promise<unknown> }} parts
 */
async function showKeys(page, { theme, shoot, size }) {
  const main = page.getByRole('navigation', { name: 'Main' })
  await main.getByRole('link', { name: 'Hosts', exact: true }).click()
  await page.getByRole('button', { name: 'Details of node17' }).click()
  await shoot(`config-host-${theme}`)
  await page.getByRole('complementary').getByRole('button', { name: 'Edit' }).click()
  await shoot(`config-form-${theme}`)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Close details' }).click()
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Import hosts' })
  await shoot(`import-${theme}`)
  await dialog
    .getByRole('textbox', { name: 'Or paste text' })
    .fill('name,ip,user,tags\nalpha,10.0.0.1,me,gpu\nbeta,10.0.0.2,me,\n,nowhere at all,,\n')
  await dialog.getByRole('button', { name: 'Preview hosts' }).click()
  await dialog.getByRole('list', { name: 'Hosts to import' }).waitFor()
  await shoot(`import-preview-${theme}`)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await main.getByRole('link', { name: 'Keys' }).click()
  await page.getByRole('list', { name: 'Keys' }).waitFor()
  await shoot(`keys-${theme}`)
  await size(900, 600)
  await shoot(`keys-small-${theme}`)
  await page.getByRole('button', { name: 'New key' }).click()
  await shoot(`new-key-small-${theme}`)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await size(1360, 850)
  await page.getByRole('button', { name: 'New key' }).click()
  await shoot(`new-key-${theme}`)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'id_ed25519', exact: true }).click()
  await shoot(`key-details-${theme}`)
  await page.getByRole('button', { name: 'Close' }).first().click()
  for (const item of ['Copy to server', 'Delete key']) {
    await page.getByRole('button', { name: 'Actions for id_ed25519' }).click()
    await page.getByRole('menuitem', { name: item, exact: true }).click()
    await page.getByRole('dialog').or(page.getByRole('alertdialog')).first().waitFor()
    await page.waitForTimeout(300)
    await shoot(`key-${item.split(' ')[0]?.toLowerCase()}-${theme}`)
    await page.getByRole('button', { name: 'Cancel' }).click()
  }
  await main.getByRole('link', { name: 'Known hosts' }).click()
  await page.getByRole('list', { name: 'Known hosts' }).waitFor()
  await shoot(`known-hosts-${theme}`)
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {{ theme: string, shoot: (name: string) => Promise<void>, size: (width: number, height: number) => Promise<unknown> }} parts
 */
async function showFiles(page, { theme, shoot, size }) {
  await page.getByRole('button', { name: 'Files on gpu-box' }).click()
  const pane = (/** @type {string} */ name) => page.getByRole('region', { name: `${name} pane` })
  const row = (/** @type {string} */ name) => pane('Right').getByRole('row', { name, exact: true })
  await pane('Right').getByRole('row', { name: 'projects', exact: true }).dblclick()
  await pane('Right').getByRole('row', { name: 'vit', exact: true }).dblclick()
  await row('train.py').waitFor()
  await shoot(`files-${theme}`)
  await row('train.py').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('F5')
  await page.getByRole('region', { name: 'Transfers' }).waitFor()
  if (theme === 'light') {
    await page.getByRole('alertdialog', { name: /already exists/ }).waitFor()
    await shoot('conflict-light')
    await page.getByRole('checkbox', { name: 'Apply to all' }).check()
    await page.getByRole('button', { name: 'Skip' }).click()
  }
  await page
    .getByText(/completed/)
    .first()
    .waitFor()
  await shoot(`transfers-${theme}`)
  await size(900, 600)
  await shoot(`files-small-${theme}`)
  await size(1360, 850)
  await row('train.py').click()
  for (const [key, name] of [
    ['F3', 'preview'],
    ['F4', 'edit'],
    ['Alt+Enter', 'properties'],
    ['Delete', 'delete'],
  ]) {
    await pane('Right').getByRole('grid', { name: 'Files' }).focus()
    await page.keyboard.press(/** @type {string} */ (key))
    await page.getByRole('dialog').or(page.getByRole('alertdialog')).first().waitFor()
    await page.waitForTimeout(400)
    await shoot(`${name}-${theme}`)
    await page.keyboard.press('Escape')
  }
  await pane('Right').getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Find files' }).waitFor()
  await shoot(`files-menu-${theme}`)
  await page.keyboard.press('Escape')
  await page.getByRole('tab', { name: 'Home' }).click()
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {string} theme
 * @param {(name: string) => Promise<void>} shoot
 */
async function openShell(page, theme, shoot) {
  await page.getByRole('button', { name: 'gpu-box', exact: true }).click()
  if (theme === 'dark') {
    await page.getByRole('alertdialog', { name: 'Trust gpu-box?' }).waitFor()
    await shoot('trust-dark')
    await page.getByRole('button', { name: 'Trust and connect' }).click()
  }
  await page
    .getByRole('tab', { name: /gpu-box/, selected: true })
    .getByRole('img', { name: 'connected' })
    .waitFor()
  const input = page
    .getByRole('region', { name: 'Terminal gpu-box' })
    .getByRole('textbox', { name: 'Terminal input' })
    .first()
  await input.focus()
  await page.keyboard.type(
    'ls -la projects/vit; cat projects/vit/runs/eval.log; printf "\\033[1;35mtrue \\033[38;2;255;160;60mcolour\\033[0m and emoji 👩‍🔬 ⚓\\n"',
  )
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Split right' }).click()
  await page.getByRole('region', { name: 'Terminal gpu-box' }).nth(1).waitFor()
  await new Promise(done => setTimeout(done, 1500))
  await shoot(`terminal-${theme}`)
}

/** @param {import('@playwright/test').Page} page */
async function answerKey(page) {
  const trust = page.getByRole('button', { name: 'Trust and connect' })
  const password = page.getByRole('dialog', { name: /Password for/ })
  await trust.or(password).first().waitFor()
  if (await trust.isVisible()) await trust.click()
}
