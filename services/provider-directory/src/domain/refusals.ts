/** Each "no" of the directory: its stable code, its kind, and the words a person is told. Pages turn codes into their own words. */
const refusals = {
  'already-registered': { kind: 'conflict', title: 'Registered already', words: 'This organisation is in the directory already.' },
  'organisation-not-found': { kind: 'not-found', title: 'No such organisation', words: 'There is no such organisation, or it is not yours.' },
  'kind-of-organisation-fixed': { kind: 'invalid', title: 'The kind stays', words: 'An organisation stays of the kind it was registered as.' },
  'too-many-organisations': { kind: 'invalid', title: 'Too many organisations', words: 'One person can register 20 organisations at most.' },
  'joining-code-ended': {
    kind: 'invalid',
    title: 'This code does not open anything',
    words: 'The code was used, has run out, or was typed otherwise. Ask your colleague for a new one.',
  },
  'last-owner': {
    kind: 'conflict',
    title: 'Somebody must look after it',
    words: 'You look after who joins, and nobody else does. Hand that over to a colleague first, then leave.',
  },
  'organisation-closed': {
    kind: 'conflict',
    title: 'The organisation is closed',
    words: 'This organisation has closed: nothing of it is offered or changed any more. What its people have in hand can still be brought to its end.',
  },
  'too-many-members': { kind: 'invalid', title: 'Too many members', words: 'An organisation can have 200 members at most.' },
  'too-many-invitations': {
    kind: 'invalid',
    title: 'Too many invitations',
    words: 'An organisation can have 20 invitations open at once. Withdraw one that is not needed, or wait until one has ended.',
  },
  'invited-too-often': {
    kind: 'invalid',
    title: 'Invited often enough',
    words: 'Three invitations went to this address within a day, and no more do. Send it again tomorrow, or hand over a code.',
  },
  'invitation-not-found': { kind: 'not-found', title: 'No such invitation', words: 'There is no such invitation (any more).' },
  'too-many-offers': { kind: 'invalid', title: 'Too many offers', words: 'One organisation can have 500 offers at most. Withdraw some that have ended.' },
  'offer-not-found': { kind: 'not-found', title: 'No such offer', words: 'There is no such offer, or it is not yours.' },
  'offer-exists': { kind: 'conflict', title: 'Described already', words: 'This offer is in the directory already.' },
  'offer-withdrawn': { kind: 'conflict', title: 'The offer was withdrawn', words: 'This offer was withdrawn. Publish it again first.' },
  'offer-merged': {
    kind: 'conflict',
    title: 'Another offer stands for it',
    words: 'This was the same as another offer, which stands for both. Change that one, or undo the merge first.',
  },
  'offer-not-published': { kind: 'conflict', title: 'Not published', words: 'This is for offers that everyone can find. Publish it first.' },
  'organisation-of-offer-fixed': {
    kind: 'invalid',
    title: 'The organisation stays',
    words: 'An offer stays with the organisation that made it. Describe a new offer for the other one.',
  },
  'track-of-offer-fixed': {
    kind: 'invalid',
    title: 'The track stays',
    words: 'An offer stays what it began as: help, or something to join in with. Describe a new offer for the other.',
  },
  'where-missing': {
    kind: 'invalid',
    title: 'Where is it?',
    words: 'Say where this is: an address or postcode, the wards you cover, a distance around a postcode, or that you come to people at home.',
  },
  'distance-without-postcode': {
    kind: 'invalid',
    title: 'Distance from where?',
    words: 'A distance needs a postcode to measure it from, and the other way round.',
  },
  'invalid-postcode': { kind: 'invalid', title: 'Not a postcode', words: 'Enter a full UK postcode, like M33 7ZF.' },
  'unknown-ward': { kind: 'invalid', title: 'No such ward', words: 'This is not a ward of this place.' },
  'empty-time': { kind: 'invalid', title: 'A time of no length', words: 'The end must be after the beginning. Past midnight is fine; the same minute is not.' },
  'days-missing': { kind: 'invalid', title: 'On which days?', words: 'Say on which days of the week, or on which dates of a month.' },
  'days-turned-round': { kind: 'invalid', title: 'Days the wrong way round', words: 'The last day must not be before the first.' },
  'start-missing': {
    kind: 'invalid',
    title: 'Counted from when?',
    words: 'What is not in every week or month is counted from one: say a day in the first of them.',
  },
  'exceptions-overlap': {
    kind: 'invalid',
    title: 'One day said twice',
    words: 'Two exceptions are about the same day. Say the hours of a day once.',
  },
  'ages-turned-round': { kind: 'invalid', title: 'Ages the wrong way round', words: 'The highest age must not be below the lowest.' },
  'price-of-free-offer': { kind: 'invalid', title: 'Free, or a price?', words: 'Something free has no price. Choose "paid", or leave the amount empty.' },
  'personal-care-gate': {
    kind: 'invalid',
    title: 'Personal care needs one more thing',
    words:
      'Personal care is regulated. Give your CQC number, or declare that you work alone and that the person you help (or their relative) directs your work.',
  },
  'personal-care-gate-both': {
    kind: 'invalid',
    title: 'One of the two',
    words: 'Give a CQC number, or the declaration of someone who works alone, not both: only one can be true of this offer.',
  },
  'invalid-cqc-number': {
    kind: 'invalid',
    title: 'Not a CQC number',
    words: 'A CQC number begins with 1- and has 6 to 12 digits after that, like 1-123456789.',
  },
  'expiry-not-ahead': { kind: 'invalid', title: 'The time has passed', words: 'Say until when this will hold: a time that is still to come.' },
  'expiry-too-far': { kind: 'invalid', title: 'Too far ahead', words: 'Nobody can say that far ahead: choose a time within one year.' },
  'capacity-never-stated': {
    kind: 'conflict',
    title: 'Nothing to say again',
    words: 'Nobody has said yet whether there is room. Say it first.',
  },
  'units-of-closed': {
    kind: 'invalid',
    title: 'Closed, with places?',
    words: 'Something closed has no places left. Leave the number empty, or choose "open".',
  },
  'units-above-seats': {
    kind: 'invalid',
    title: 'More room than seats?',
    words: 'There cannot be room for more people than the group has seats. Enter a lower number, or change the seats of the offer first.',
  },
  'credential-not-found': { kind: 'not-found', title: 'No such check', words: 'There is no such criminal-record check, or it is not yours.' },
  'too-many-credentials': { kind: 'invalid', title: 'Too many checks', words: 'An organisation can have 50 criminal-record checks at most. Remove some.' },
  'day-not-passed': { kind: 'invalid', title: 'A day to come', words: 'Enter a day that has been, or today.' },
  'check-before-issue': { kind: 'invalid', title: 'Before the certificate', words: 'The update service can be asked only from the day of the certificate on.' },
  'own-credential': {
    kind: 'conflict',
    title: 'One of your own',
    words: 'Nobody reviews the check of an organisation that they belong to. Ask another administrator.',
  },
  'asset-not-found': { kind: 'not-found', title: 'Nothing of the kind', words: 'There is nothing of the kind here, or it is not yours.' },
  'holder-of-asset': {
    kind: 'invalid',
    title: 'Whose is it?',
    words: 'People share skills of their own; an organisation speaks for everything else.',
  },
  'kind-of-asset-fixed': { kind: 'invalid', title: 'The kind stays', words: 'This stays of the kind that it was added as. Add the other one anew.' },
  'organisation-of-asset-fixed': {
    kind: 'invalid',
    title: 'The organisation stays',
    words: 'This stays with the organisation that added it. Add it anew for the other one.',
  },
  'called-name-missing': {
    kind: 'invalid',
    title: 'What are you called?',
    words: 'Say what you are called, or choose that people ask the network for you.',
  },
  'reach-missing': {
    kind: 'invalid',
    title: 'How can you be reached?',
    words: 'Give an email address or a telephone number, so that those who introduce people can reach you. Nobody else sees it.',
  },
  'ward-missing': { kind: 'invalid', title: 'In which ward?', words: 'Choose a ward, or give a postcode of this place.' },
  'too-many-skills': { kind: 'invalid', title: 'Too many skills', words: 'One person can share 20 skills at most. Remove one that you share no more.' },
  'too-many-assets': { kind: 'invalid', title: 'Too many', words: 'One organisation can have 500 of these at most. Remove some that are gone.' },
  'watch-not-found': { kind: 'not-found', title: 'No such search', words: 'You are not told of such a search (any more).' },
  'watch-of-everything': {
    kind: 'invalid',
    title: 'New things of which kind?',
    words: 'Say what you look for, or where: words, a postcode, a kind, or an area. Otherwise everything new would fit.',
  },
  'too-many-watches': { kind: 'invalid', title: 'Too many searches', words: 'One person can be told of 20 searches at most. Take one back first.' },
  'import-not-found': { kind: 'not-found', title: 'No such import', words: 'There is no such import.' },
  'import-busy': { kind: 'conflict', title: 'Another import is under way', words: 'One import at a time: wait until the one under way has ended.' },
  'import-not-staged': {
    kind: 'conflict',
    title: 'Nothing to accept',
    words: 'This import does not wait for acceptance: it has been accepted or dropped, or could not be read.',
  },
  'import-outdated': {
    kind: 'conflict',
    title: 'Compared with what was',
    words: 'Something else of this source has been accepted or undone since. Import it again, so that it is compared with what is here now.',
  },
  'no-conflict': {
    kind: 'conflict',
    title: 'Nothing to choose',
    words: 'This record was not edited here, or what its feed says is not different. It is taken or left as a whole.',
  },
  'import-not-accepted': { kind: 'conflict', title: 'Nothing to undo', words: 'This import has not been accepted, or has been undone.' },
  'import-not-last': { kind: 'conflict', title: 'Not the last one', words: 'Only what was accepted last from a source can be undone.' },
  'import-file-not-found': {
    kind: 'not-found',
    title: 'No such file',
    words: 'The file is not here any more: it was read, or its day is over. Send it again.',
  },
  'feed-not-found': { kind: 'not-found', title: 'No such feed', words: 'There is no such feed.' },
  'too-many-feeds': { kind: 'invalid', title: 'Too many feeds', words: 'A place can look at 100 feeds at most. Stop looking at one that is not needed.' },
  'merged-already': {
    kind: 'conflict',
    title: 'Merged already',
    words: 'One of the two was merged into another one meanwhile. Look at the list again.',
  },
  'match-not-found': { kind: 'not-found', title: 'No such pair', words: 'There is no such pair.' },
  'match-not-waiting': { kind: 'conflict', title: 'Decided already', words: 'Somebody has decided on this pair meanwhile. Look at the list again.' },
  'not-of-one-organisation': {
    kind: 'conflict',
    title: 'Not of one organisation',
    words: 'Only offers of one organisation, or of organisations that were merged, can be one.',
  },
  'match-outdated': {
    kind: 'conflict',
    title: 'Not as you saw them',
    words: 'One of the two has changed since you looked. Look at them again; nothing was changed.',
  },
  'match-not-merged': { kind: 'conflict', title: 'Nothing to undo', words: 'These two are not merged, or that has been undone.' },
  'merge-not-last': {
    kind: 'conflict',
    title: 'Not the last one',
    words: 'The one that stands was merged itself since. Undo that first.',
  },
  'not-of-this-pair': { kind: 'invalid', title: 'Not one of the two', words: 'Choose one of the two of this pair.' },
  'too-many-merged': { kind: 'invalid', title: 'Too many as one', words: '20 can stand as one at most.' },
  'too-many-members-merged': {
    kind: 'invalid',
    title: 'Too many members',
    words: 'An organisation can have 200 members at most; these two together have more.',
  },
  'mapping-not-found': {
    kind: 'not-found',
    title: 'No such mapping',
    words: 'There is no column mapping of this name. Say which column is what with --map column=field.',
  },
  'mapping-incomplete': { kind: 'invalid', title: 'Not enough columns', words: 'A column mapping needs at least a name and an organisation.' },
} as const satisfies Record<string, { kind: 'invalid' | 'conflict' | 'not-found'; title: string; words: string }>

export type RefusalCode = keyof typeof refusals

/** A rule of the directory says no. `code` is stable; `field` is a JSON pointer to what can be mended. */
export class RefusedError extends Error {
  readonly kind: 'invalid' | 'conflict' | 'not-found'
  readonly code: RefusalCode
  readonly title: string
  readonly field?: string
  constructor(code: RefusalCode, field?: string) {
    const { kind, title, words } = refusals[code]
    super(words)
    this.kind = kind
    this.code = code
    this.title = title
    if (field !== undefined) this.field = field
  }
}
