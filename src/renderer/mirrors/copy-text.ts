import type { Api } from '../../shared/contract/contract.ts'
import { reportProblem } from './notices.ts'

/** Copies text to the clipboard; a failure becomes a notice. */
export function copyText(api: Api, text: string): void {
  void api.app.copy({ text }).catch(reportProblem)
}
