// Each of these knows its kind, from which packages/http makes a status; the code is stable.

/** The link was used, has ended, was replaced by newer ones, or was never ours: nobody is told which. */
export class LinkEndedError extends Error {
  readonly kind = 'invalid'
  readonly code = 'link-ended'
  readonly title = 'This link cannot be used any more'
  readonly field = '/token'
  constructor() {
    super('This link has been used or has ended. Ask for a new one.')
  }
}

export class PasswordTooShortError extends Error {
  readonly kind = 'invalid'
  readonly code = 'password-too-short'
  readonly title = 'The password is too short'
  readonly field = '/password'
  constructor(lengthMin: number) {
    super(`Choose a password of at least ${lengthMin} characters. Three words that do not belong together are easy to keep in mind.`)
  }
}

export class PasswordTooLongError extends Error {
  readonly kind = 'invalid'
  readonly code = 'password-too-long'
  readonly title = 'The password is too long'
  readonly field = '/password'
  constructor(lengthMax: number) {
    super(`Choose a password of at most ${lengthMax} characters.`)
  }
}

export class PasswordTooCommonError extends Error {
  readonly kind = 'invalid'
  readonly code = 'password-too-common'
  readonly title = 'The password is easy to guess'
  readonly field = '/password'
  constructor() {
    super('This password is one that many people use or that is easy to guess. Choose another.')
  }
}

export class NoSuchAccountError extends Error {
  readonly kind = 'not-found'
  readonly code = 'not-found'
  readonly title = 'Not found'
  constructor() {
    super('There is no such account.')
  }
}

/** The account stands for somebody already. */
export class AccountOpenError extends Error {
  readonly kind = 'conflict'
  readonly code = 'account-open'
  readonly title = 'This account is open already'
  constructor() {
    super('This account is open already.')
  }
}

export class AccountClosedError extends Error {
  readonly kind = 'conflict'
  readonly code = 'account-closed'
  readonly title = 'This account is closed'
  constructor() {
    super('This account is closed.')
  }
}

/** Somebody chose a password for this account already: there is no invitation to take up. */
export class AccountExistsError extends Error {
  readonly kind = 'conflict'
  readonly code = 'account-exists'
  readonly title = 'This person has an account'
  constructor() {
    super('This person has an account of their own already.')
  }
}

/** Told to administrators only, who ask with the address that the person tells them. */
export class NoAccountWithAddressError extends Error {
  readonly kind = 'invalid'
  readonly code = 'no-account-with-address'
  readonly title = 'No account has this address'
  readonly field = '/email'
  constructor() {
    super('No account has this e-mail address. Check with the person how it is written.')
  }
}

/** Links go to their person by e-mail here: nobody is given another one's. */
export class MailIsSentError extends Error {
  readonly kind = 'conflict'
  readonly code = 'mail-is-sent'
  readonly title = 'Links are sent by e-mail'
  constructor() {
    super('This place sends e-mail: the link goes to the person’s own address, and is not handed over.')
  }
}

/** Told to administrators only: a stranger must not learn which addresses are known. */
export class AddressInUseError extends Error {
  readonly kind = 'conflict'
  readonly code = 'address-in-use'
  readonly title = 'This address has an account'
  readonly field = '/email'
  constructor() {
    super('There is an account with this e-mail address already.')
  }
}

export class AdministratorExistsError extends Error {
  readonly kind = 'conflict'
  readonly code = 'administrator-exists'
  readonly title = 'There is an administrator already'
  constructor() {
    super('This place has an administrator. Ask them to open an account for you.')
  }
}

export class FirstAdministratorCodeError extends Error {
  readonly kind = 'invalid'
  readonly code = 'code-not-right'
  readonly title = 'The code is not right'
  readonly field = '/code'
  constructor() {
    super('This is not the code that the terminal shows.')
  }
}

export class LastAdministratorError extends Error {
  readonly kind = 'conflict'
  readonly code = 'last-administrator'
  readonly title = 'This is the last administrator'
  constructor() {
    super('A place needs an administrator. Open an account for another one first.')
  }
}

/** More passwords are to be worked out at once than this process takes on. Trying again later is right. */
export class TooManyPasswordsError extends Error {
  readonly kind = 'unavailable'
  readonly code = 'busy'
  readonly title = 'Too many people at once'
  constructor() {
    super('Many people are signing in just now. Try again in a moment.')
  }
}
