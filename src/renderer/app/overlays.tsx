import { ErrorBoundary } from '../ui/error-boundary.tsx'
import type { Door, DoorOverlay } from '../workspace/door.ts'

/** Whatever lies over the page: each may fail without the others. */
export function Overlays({ doors }: { readonly doors: readonly Door[] }) {
  return doors.flatMap(({ overlays = [] }, door) =>
    overlays.map((overlay, at) => <Overlay key={`${door}:${at}`} overlay={overlay} />),
  )
}

const useNothing = () => undefined

function Overlay({ overlay: { View, useOpen = useNothing, close } }: { readonly overlay: DoorOverlay }) {
  const open = useOpen()
  return (
    <ErrorBoundary what="This dialog" overlay resetKey={open} {...(close ? { onClose: close } : {})}>
      <View />
    </ErrorBoundary>
  )
}
