import type { Status } from './referral.ts'

// Each knows its kind, from which packages/http makes a status; the code is stable, pages turn it into words.

/** Somebody else of the organisation took it on first. */
export class ReferralTakenError extends Error {
  readonly kind = 'conflict'
  readonly code = 'referral-taken'
  readonly title = 'Already taken on'
  constructor() {
    super('Somebody else has already taken this referral on.')
  }
}

/** The transition table has no such step from where the referral stands. */
export class IllegalTransitionError extends Error {
  readonly kind = 'conflict'
  readonly code = 'illegal-transition'
  readonly title = 'This can no longer be done'
  readonly status: Status
  constructor(status: Status) {
    super(`${standing[status]} This can no longer be done.`)
    this.status = status
  }
}

const standing: Record<Status, string> = {
  unsent: 'This referral was never sent.',
  sent: 'This referral has not been answered yet.',
  accepted: 'This referral has been taken on.',
  declined: 'This referral was declined.',
  'consent-withdrawn': 'The person no longer agrees to this referral.',
  concluded: 'This referral has ended.',
}

/** There is no such record, or it is not the asker's to know of. */
export class NotYoursError extends Error {
  readonly kind = 'not-found'
  readonly code = 'not-found'
  readonly title = 'Not found'
  constructor() {
    super('There is nothing here, or it is not yours to see.')
  }
}

/** The record is the asker's, but this step belongs to somebody else in it. */
export class NotYourPartError extends Error {
  readonly kind = 'forbidden'
  readonly code = 'not-your-part'
  readonly title = 'Somebody else does this'
  constructor() {
    super('This step belongs to somebody else in this referral.')
  }
}

/** It was completed although something the person hoped for is not marked yet. */
export class OutcomesUnmarkedError extends Error {
  readonly kind = 'conflict'
  readonly code = 'outcomes-unmarked'
  readonly title = 'Say what came of it first'
  readonly field = '/reason'
  constructor() {
    super('Mark each hoped-for outcome as achieved, partly or not, then complete the referral.')
  }
}

/** It was completed although nobody has taken it on. */
export class NotAcceptedYetError extends Error {
  readonly kind = 'conflict'
  readonly code = 'not-accepted-yet'
  readonly title = 'Nobody has taken this on yet'
  readonly field = '/reason'
  constructor() {
    super('A referral that nobody has taken on cannot be completed. Choose the reason why it ends.')
  }
}

export class UnknownOutcomeError extends Error {
  readonly kind = 'invalid'
  readonly code = 'unknown-outcome'
  readonly title = 'No such outcome'
  readonly field = '/outcomeId'
  constructor() {
    super('This referral has no such outcome.')
  }
}

/** The information was shared on another legal basis than consent, so there is no consent to withdraw. */
export class BasisNotConsentError extends Error {
  readonly kind = 'conflict'
  readonly code = 'basis-is-not-consent'
  readonly title = 'This was not shared by consent'
  constructor(basis: 'public-task' | 'legal-obligation' | 'vital-interests') {
    super(`${whyShared[basis]} ${howToObject[basis]}`)
  }
}

const whyShared = {
  'public-task': 'This was shared because the council has a task in law to do so, not because of a consent, so there is no consent to withdraw.',
  'legal-obligation': 'This was shared because the law requires it, not because of a consent, so there is no consent to withdraw.',
  'vital-interests': 'This was shared to protect somebody’s life, not because of a consent, so there is no consent to withdraw.',
}
const complain = 'You can also complain to the Information Commissioner (ico.org.uk).'
// The right to object is against the public task (UK GDPR article 21); the other two have none, but anyone may ask and complain.
const howToObject = {
  'public-task': `You have the right to object: tell your navigator or the council’s data protection officer, who must answer within a month. ${complain}`,
  'legal-obligation': `If you think that it is wrong, tell your navigator or the council’s data protection officer. ${complain}`,
  'vital-interests': `If you think that it is wrong, tell your navigator or the council’s data protection officer. ${complain}`,
}

/** Consent is named as the basis, and nobody said how it was given. */
export class ConsentNotRecordedError extends Error {
  readonly kind = 'invalid'
  readonly code = 'consent-not-recorded'
  readonly title = 'Say how the person agreed'
  readonly field = '/basis/given'
  constructor() {
    super('Say how the person agreed to this: aloud or in writing.')
  }
}

/** Who asks for themselves agrees by asking; only somebody who refers for another can name another basis. */
export class NotForYouToNameError extends Error {
  readonly kind = 'invalid'
  readonly code = 'basis-not-for-you'
  readonly title = 'Choose another basis'
  readonly field: string
  constructor(field: '/basis/kind' | '/basis/given') {
    super(
      field === '/basis/kind'
        ? 'When you ask for yourself, the basis is your consent.'
        : 'A person who asks for themselves agrees by asking; for somebody else, say whether they agreed aloud or in writing.',
    )
    this.field = field
  }
}

/** Sharing without consent needs a stated reason. */
export class ReasonNeededError extends Error {
  readonly kind = 'invalid'
  readonly code = 'reason-needed'
  readonly title = 'Give the reason'
  readonly field = '/basis/note'
  constructor() {
    super('Sharing without consent needs a reason. Say why it is necessary.')
  }
}

export class OfferNotOpenError extends Error {
  readonly kind = 'invalid'
  readonly code = 'offer-takes-no-referrals'
  readonly title = 'This offer takes no referrals'
  readonly field = '/offerId'
  constructor() {
    super('This offer does not take referrals here. Use its contact details, or choose another offer.')
  }
}

/** The same need is already with the same offer, and that referral is still open. */
export class AlreadyReferredError extends Error {
  readonly kind = 'conflict'
  readonly code = 'already-referred'
  readonly title = 'Already referred there'
  readonly field = '/offerId'
  constructor() {
    super('This need has already been referred to this offer, and that referral is still open.')
  }
}
