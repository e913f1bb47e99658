// Each knows its kind, from which packages/http makes a status; the code is stable, pages turn it into words.

export class PersonUnknownError extends Error {
  readonly kind = 'not-found'
  readonly code = 'not-found'
  readonly title = 'Not found'
  constructor() {
    super('There is nobody here by that id, or they are not yours to see.')
  }
}

/** A navigator registers residents; people in other roles are registered by an administrator or sign up. */
export class RoleNotYoursToGiveError extends Error {
  readonly kind = 'invalid'
  readonly code = 'role-not-yours-to-give'
  readonly title = 'You cannot register this role'
  readonly field = '/role'
  constructor() {
    super('You can register residents. Ask an administrator to register people in other roles.')
  }
}

/** How somebody came to be known follows from who registers them. */
export class HowNotYoursToSayError extends Error {
  readonly kind = 'invalid'
  readonly code = 'how-does-not-fit'
  readonly title = 'This does not fit who you are'
  readonly field = '/how'
  constructor() {
    super('How a person came to be known follows from who registers them. Leave it out.')
  }
}

/** An invitation goes to an e-mail address, and none is known. */
export class AddressMissingError extends Error {
  readonly kind = 'invalid'
  readonly code = 'email-missing'
  readonly title = 'No e-mail address'
  readonly field = '/email'
  constructor() {
    super('Enter the person’s e-mail address: the invitation is sent to it.')
  }
}

export class AccountExistsError extends Error {
  readonly kind = 'conflict'
  readonly code = 'account-exists'
  readonly title = 'They can sign in already'
  constructor() {
    super('This person has an account of their own already.')
  }
}

/** A person who can sign in keeps their own details. */
export class KeptByThemselvesError extends Error {
  readonly kind = 'conflict'
  readonly code = 'kept-by-themselves'
  readonly title = 'They keep their own details'
  constructor() {
    super('This person has an account and keeps their own details. Ask them to change this.')
  }
}
