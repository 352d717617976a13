import '@fontsource-variable/inter'
import '@fontsource-variable/jetbrains-mono'
import '@xterm/xterm/css/xterm.css'
import './ui/tokens.css'

import { createRoot } from 'react-dom/client'

import { App } from './app/app.tsx'
import { boot } from './app/boot.ts'

const root = createRoot(document.getElementById('root') as HTMLElement)
void boot(window.bridge).then(parts => root.render(<App parts={parts} />))
