import { BrowserWindow, Notification } from 'electron/main'

/** Shows a system notification, unless the user is looking at the window. */
export function notify(text: string): void {
  if (BrowserWindow.getFocusedWindow() !== null || !Notification.isSupported()) return
  const notification = new Notification({ title: 'Hawser', body: text })
  notification.on('click', () => BrowserWindow.getAllWindows()[0]?.show())
  notification.show()
}
