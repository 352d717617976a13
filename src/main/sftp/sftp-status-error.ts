/** The server refused a request: its code of SSH_FXP_STATUS and its own words, cleaned. */
export class SftpStatusError extends Error {
  readonly status: number

  constructor(status: number, text: string) {
    super(text === '' ? `status ${status}` : text)
    this.name = 'SftpStatusError'
    this.status = status
  }
}
