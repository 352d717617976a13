import process from 'node:process'

/**
 * Returns how many values a property test tries, or how often a slow one is repeated: `everyday` normally (by default a
 * tenth of the full count, at least 50), and `great` with HAWSER_LONG_TESTS=1.
 */
export function runs(great: number, everyday = Math.max(50, Math.round(great / 10))): number {
  return process.env['HAWSER_LONG_TESTS'] ? great : Math.min(great, everyday)
}
