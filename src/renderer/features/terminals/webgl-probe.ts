let fastWebgl: boolean | undefined

/** False if WebGL is only emulated on the CPU, where the DOM renderer is several times faster. */
export function hasFastWebgl(): boolean {
  fastWebgl ??= probeWebgl()
  return fastWebgl
}

function probeWebgl(): boolean {
  const context = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true })
  if (!context) return false
  const debug = context.getExtension('WEBGL_debug_renderer_info')
  const name = debug ? String(context.getParameter(debug.UNMASKED_RENDERER_WEBGL)) : ''
  context.getExtension('WEBGL_lose_context')?.loseContext()
  return !/swiftshader|llvmpipe|software/i.test(name)
}
