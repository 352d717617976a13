import process from 'node:process'

/**
 * How many values a property test tries, or how often a slow one is repeated: `everyday` on an ordinary day (a tenth of
 * the great count, at least 50, where it is not given), and `great` with HAWSER_LONG_TESTS=1.
 */
export function runs(great: number, everyday = Math.max(50, Math.round(great / 10))): number {
  return process.env['HAWSER_LONG_TESTS'] ? great : Math.min(great, everyday)
}
