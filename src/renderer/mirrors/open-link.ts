import type { Api } from '../../shared/contract/contract.ts'
import { reportProblem } from './notices.ts'

/** Opens an address that a server wrote. */
export function openLink({ app }: Api, url: string): void {
  void app.openExternal({ url }).catch(reportProblem)
}
