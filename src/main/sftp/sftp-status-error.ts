/** The server refused a request, with its SSH_FXP_STATUS code and cleaned message. */
export class SftpStatusError extends Error {
  readonly status: number

  constructor(status: number, text: string) {
    super(text === '' ? `status ${status}` : text)
    this.name = 'SftpStatusError'
    this.status = status
  }
}
