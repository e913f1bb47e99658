/** Only a message shown in the page can be marked as read there. */
export class NotInPageError extends Error {
  readonly kind = 'not-found'
  readonly code = 'no-such-message'
  readonly title = 'No such message'
  constructor() {
    super('There is no such message, or it is not yours.')
  }
}
