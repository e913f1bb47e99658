type Refusal = { kind: 'invalid' | 'forbidden' | 'not-found' | 'conflict'; title: string; message: string }

/** Every refusal of the rules, by its stable code. Pages turn codes into words of both languages; a message holds no name and no amount. */
const refusals = {
  'not-found': { kind: 'not-found', title: 'Not found', message: 'There is nothing here, or it is not yours to see.' },
  'not-your-part': { kind: 'forbidden', title: 'Somebody else does this', message: 'This step belongs to somebody else.' },
  // budgets
  'person-unknown': { kind: 'invalid', title: 'Nobody has this number', message: 'No resident here has this personal number.' },
  'budget-stands-already': { kind: 'conflict', title: 'There is a budget already', message: 'This person has a personal budget here already.' },
  'no-budget': { kind: 'conflict', title: 'No personal budget', message: 'The council has not recorded a personal budget for you yet.' },
  'dates-back-to-front': { kind: 'invalid', title: 'The dates are back to front', message: 'The last day comes before the first.' },
  'dates-too-far': { kind: 'invalid', title: 'The dates are too far away', message: 'The days lie too far from today, or too far apart.' },
  'too-many-amounts': { kind: 'conflict', title: 'Too many amounts', message: 'A budget holds no more amounts than this.' },
  'too-many-bars': { kind: 'conflict', title: 'Too many payees', message: 'A budget holds no more barred payees or exceptions than this.' },
  'too-many-earmarks': { kind: 'conflict', title: 'Too much is set aside', message: 'A budget holds no more earmarks at once. Use longer periods.' },
  'no-such-bar': { kind: 'not-found', title: 'Not found', message: 'This budget bars no such payee.' },
  'outcome-not-in-plan': { kind: 'invalid', title: 'Not in the plan', message: 'The plan names no such outcome.' },
  'not-enough-in-budget': {
    kind: 'conflict',
    title: 'Not enough in the budget',
    message: 'The weekly amounts of these days do not give so much beside what is set aside.',
  },
  // pools and rules
  'code-unknown': { kind: 'not-found', title: 'No pool has this code', message: 'No pool has this code. Ask the person who gave it to you.' },
  'account-holder-unknown': {
    kind: 'invalid',
    title: 'This organisation cannot hold the money',
    message: 'The directory has no such organisation that somebody acts for.',
  },
  'pool-full': { kind: 'conflict', title: 'The pool is full', message: 'This pool takes no more members.' },
  'pool-not-open': {
    kind: 'conflict',
    title: 'The pool is not open yet',
    message: 'The pool opens when every member, at least two, has signed the same rules.',
  },
  'rules-not-signed': { kind: 'conflict', title: 'Sign the rules first', message: 'Sign the rules that hold now; then you take part in money.' },
  'rules-old': { kind: 'conflict', title: 'These rules are old', message: 'There is a newer version of the rules. Read it, then sign that.' },
  'rules-unknown': { kind: 'not-found', title: 'Not found', message: 'There is no such version of the rules.' },
  'bands-not-in-order': {
    kind: 'invalid',
    title: 'The amounts are not in order',
    message: 'Each band ends above the one before it, and only the last has no end.',
  },
  // money
  'too-many-shares': { kind: 'conflict', title: 'Too many shares', message: 'This pool holds no more kinds of money at once.' },
  'not-enough-free': { kind: 'conflict', title: 'Not enough is free', message: 'So much is not free in this share.' },
  'share-unmatched': {
    kind: 'invalid',
    title: 'No outcome for this share',
    message: 'A share must be money that a member earmarked for an outcome of their own plan.',
  },
  'shares-do-not-add-up': { kind: 'invalid', title: 'The shares do not add up', message: 'The shares must add up to the total, to the penny.' },
  'too-many-open-spends': {
    kind: 'conflict',
    title: 'Too much is open',
    message: 'Too many spends of this pool are open. Wait until some are decided and paid.',
  },
  // spends
  'payee-unknown': { kind: 'invalid', title: 'No such provider', message: 'The directory has no such organisation.' },
  'payee-barred': {
    kind: 'conflict',
    title: 'This payee is blocked',
    message: 'Somebody close to a member may not be paid from that member’s budget unless the council has made an exception.',
  },
  'payee-is-oneself': {
    kind: 'conflict',
    title: 'Members cannot be paid from their own budget',
    message: 'A member whose share would pay acts for this payee.',
  },
  'too-few-approvers': {
    kind: 'conflict',
    title: 'Too few to approve',
    message: 'The rules ask for more approvals than there are other members who may give one.',
  },
  'invoice-already-entered': {
    kind: 'conflict',
    title: 'This invoice is here already',
    message: 'An invoice of this provider with this number was entered before.',
  },
  'invoice-number-empty': { kind: 'invalid', title: 'Enter the invoice number', message: 'The invoice number needs a letter or a digit.' },
  'invoice-date-not-sensible': { kind: 'invalid', title: 'Check the date of the invoice', message: 'The invoice is dated after today, or too long ago.' },
  'not-an-approver': { kind: 'forbidden', title: 'Not yours to decide', message: 'Who proposes a spend, or acts for its payee, does not vote on it.' },
  'already-voted': { kind: 'conflict', title: 'You have voted', message: 'You voted on this already, and the other way.' },
  'too-late-to-vote': { kind: 'conflict', title: 'Too late to vote', message: 'The time to decide on this spend is over.' },
  'spend-decided': { kind: 'conflict', title: 'This is decided', message: 'This spend is decided already.' },
  'spend-not-instructed': { kind: 'conflict', title: 'Not to be paid', message: 'Members have not instructed this payment, or it is paid already.' },
  'paid-on-not-sensible': {
    kind: 'invalid',
    title: 'Check the day of payment',
    message: 'The day of payment lies after today, before the invoice, or before members instructed it.',
  },
  'not-paid': { kind: 'conflict', title: 'Nothing to reverse', message: 'This spend is not paid, or its payment is reversed already.' },
  'too-old-to-reverse': { kind: 'conflict', title: 'Too old to reverse here', message: 'Only the latest payments of a pool can be reversed.' },
  // documents
  'document-unknown': { kind: 'invalid', title: 'No such document', message: 'Upload the document again: it is not there, not yours, or used already.' },
  'document-kind-not-taken': { kind: 'invalid', title: 'This kind of file is not taken', message: 'Upload a PDF, PNG or JPEG file.' },
  'document-too-many': { kind: 'conflict', title: 'Too many documents wait', message: 'Attach or wait: too many of your documents are attached to nothing.' },
} as const satisfies Record<string, Refusal>

export type RefusalCode = keyof typeof refusals

/** A rule says no. `field` points at what to mend, as a JSON pointer into the request. */
export class RefusedError extends Error {
  readonly kind: Refusal['kind']
  readonly code: RefusalCode
  readonly title: string
  readonly field?: string
  constructor(code: RefusalCode, field?: string) {
    super(refusals[code].message)
    this.kind = refusals[code].kind
    this.code = code
    this.title = refusals[code].title
    if (field !== undefined) this.field = field
  }
}
