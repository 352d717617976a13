import '@fontsource-variable/inter'
import '@fontsource-variable/jetbrains-mono'
import '@xterm/xterm/css/xterm.css'
import './ui/tokens.css'
import './ui/style-order.ts'

import { createRoot } from 'react-dom/client'

import { App } from './app/app.tsx'
import { boot } from './app/boot.ts'
import { StartFailure } from './app/start-failure.tsx'
import { showTheme } from './ui/theme.ts'
import { ErrorBoundary } from './ui/error-boundary.tsx'

const root = createRoot(document.getElementById('root') as HTMLElement)
boot(window.bridge).then(
  context =>
    root.render(
      <ErrorBoundary what="The window">
        <App context={context} />
      </ErrorBoundary>,
    ),
  (error: unknown) => {
    console.error(error)
    showTheme(matchMedia('(prefers-color-scheme: dark)').matches)
    root.render(<StartFailure error={error} />)
  },
)
