// npm start: sets up what is missing, builds, and opens Hawser.
import process from 'node:process'

import { startHeadless } from './headless.mjs'
import { help, runHawser } from './run.mjs'
import { hasDisplay, setUp } from './set-up.mjs'

help('npm start [-- ssh://user@host]   build Hawser if its sources changed, then open it')

const headless = !hasDisplay()
const { electron } = await setUp({
  purposes: ['run', 'build', ...(headless ? /** @type {const} */ (['headless']) : [])],
})
const end = await startHeadless({ keyring: headless })
const code = await runHawser(electron, process.argv.slice(2))
end()
process.exit(code)
