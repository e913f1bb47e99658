// Each knows its kind, from which packages/http makes a status; the code is stable, pages turn it into words.

/** There is no such contract or partner, or it is not the asker's to know of. */
export class NotYoursError extends Error {
  readonly kind = 'not-found'
  readonly code = 'not-found'
  readonly title = 'Not found'
  constructor() {
    super('There is nothing here, or it is not yours to see.')
  }
}

/** An end before its beginning, or a day outside the term. */
export class DatesBackToFrontError extends Error {
  readonly kind = 'invalid'
  readonly code = 'dates-back-to-front'
  readonly title = 'Dates back to front'
  readonly field: string
  constructor(field: string, words: string) {
    super(words)
    this.field = field
  }
}

/** The years do not follow each other through the whole term. */
export class YearsNotContiguousError extends Error {
  readonly kind = 'invalid'
  readonly code = 'years-not-contiguous'
  readonly title = 'The years leave a gap or overlap'
  readonly field: string
  constructor(index: number, expected: string) {
    super(`The years are numbered from 1, each begins the day after the one before, and together they cover the term. ${expected}`)
    this.field = `/years/${index}`
  }
}

/** What the partners get in a year is not what that year is worth. */
export class SharesDoNotAddUpError extends Error {
  readonly kind = 'invalid'
  readonly code = 'shares-do-not-add-up'
  readonly title = 'The shares do not add up'
  readonly field: string
  readonly year: number
  /** Shares less value: above zero where the partners get more than there is. */
  readonly differencePence: number
  constructor(index: number, year: number, differencePence: number) {
    super(`In year ${year} the partners’ shares come to ${pounds(Math.abs(differencePence))} ${differencePence > 0 ? 'more' : 'less'} than the year’s value.`)
    this.field = `/years/${index}/valuePence`
    this.year = year
    this.differencePence = differencePence
  }
}

const pounds = (pence: number): string => `£${Math.floor(pence / 100).toLocaleString('en-GB')}.${String(pence % 100).padStart(2, '0')}`

/** A share or a target names a year that the contract does not have, or names it twice. */
export class UnknownYearError extends Error {
  readonly kind = 'invalid'
  readonly code = 'unknown-year'
  readonly title = 'No such year'
  readonly field: string
  constructor(field: string, year: number) {
    super(`Year ${year} is not one of the contract’s years, or is named twice.`)
    this.field = field
  }
}

export class PartnerTwiceError extends Error {
  readonly kind = 'invalid'
  readonly code = 'partner-twice'
  readonly title = 'A partner is named twice'
  readonly field: string
  constructor(index: number) {
    super('This partner stands in the contract already. Name each partner once, with all its shares.')
    this.field = `/partners/${index}`
  }
}

export class OneLeadError extends Error {
  readonly kind = 'invalid'
  readonly code = 'one-lead'
  readonly title = 'Exactly one partner leads'
  readonly field = '/partners'
  constructor(count: number) {
    super(`Exactly one partner is the lead, whom the council pays. ${count === 0 ? 'None is' : `${count} are`}.`)
  }
}

/** Percentages and scores cannot be added up over partners. */
export class RollUpError extends Error {
  readonly kind = 'invalid'
  readonly code = 'roll-up-not-for-measure'
  readonly title = 'This cannot be added up'
  readonly field: string
  constructor(index: number) {
    super('Percentages and scores are averaged over the partners; only counts can be added up.')
    this.field = `/outcomes/${index}/rollUp`
  }
}

/** Somebody who was a partner once stays in the contract: its returns and shares are history. */
export class PartnerMissingError extends Error {
  readonly kind = 'invalid'
  readonly code = 'partner-missing'
  readonly title = 'A partner is missing'
  readonly field = '/partners'
  constructor() {
    super('Every partner stays in the contract. For the years it no longer works in, leave its share out.')
  }
}

/** A partner that was once tied to an organisation stays tied to it. */
export class PartnerOrganisationFixedError extends Error {
  readonly kind = 'invalid'
  readonly code = 'partner-organisation-fixed'
  readonly title = 'The organisation stays'
  readonly field: string
  constructor(index: number) {
    super('A partner stays the organisation that it is. Name another organisation as a partner of its own.')
    this.field = `/partners/${index}/organisationId`
  }
}

/** The variation would move or drop a year in which a quarter is closed. */
export class ClosedYearError extends Error {
  readonly kind = 'conflict'
  readonly code = 'closed-year-changed'
  readonly title = 'A quarter of that year is closed'
  readonly field: string
  constructor(year: number) {
    super(`A quarter of year ${year} is closed: its days and value stay as they are.`)
    this.field = '/years'
  }
}

export class TooManyVariationsError extends Error {
  readonly kind = 'conflict'
  readonly code = 'too-many-variations'
  readonly title = 'Too many variations'
  constructor(most: number) {
    super(`A contract can be varied ${most} times at most. Record a new one.`)
  }
}

export class UnknownQuarterError extends Error {
  readonly kind = 'invalid'
  readonly code = 'unknown-quarter'
  readonly title = 'No such quarter'
  readonly field = '/quarter'
  constructor() {
    super('The contract has no such quarter.')
  }
}

export class QuarterNotOverError extends Error {
  readonly kind = 'conflict'
  readonly code = 'quarter-not-over'
  readonly title = 'The quarter is not over'
  readonly field = '/quarter'
  constructor(endsOn: string) {
    super(`This quarter runs until ${endsOn}. It can be closed after that.`)
  }
}

export class QuarterNotBegunError extends Error {
  readonly kind = 'invalid'
  readonly code = 'quarter-not-begun'
  readonly title = 'The quarter has not begun'
  readonly field = '/quarter'
  constructor(startsOn: string) {
    super(`This quarter begins on ${startsOn}. A return can be made from then on.`)
  }
}

export class QuarterClosedError extends Error {
  readonly kind = 'conflict'
  readonly code = 'quarter-closed'
  readonly title = 'The quarter is closed'
  readonly field = '/quarter'
  constructor() {
    super('This quarter is closed and takes no more returns. Ask the commissioner if something in it is wrong.')
  }
}

export class UnknownPartnerError extends Error {
  readonly kind = 'invalid'
  readonly code = 'unknown-partner'
  readonly title = 'No such partner'
  readonly field = '/partnerId'
  constructor() {
    super('The contract has no such partner.')
  }
}

/** An outcome has no value, two of them, or none such is agreed. */
export class OutcomesIncompleteError extends Error {
  readonly kind = 'invalid'
  readonly code = 'outcomes-incomplete'
  readonly title = 'Give every outcome one value'
  readonly field = '/results'
  constructor() {
    super('Give one value for each outcome of the contract; where nothing came of it, that is 0.')
  }
}

export class ValueTooHighError extends Error {
  readonly kind = 'invalid'
  readonly code = 'value-too-high'
  readonly title = 'The value is too high'
  readonly field: string
  constructor(field: string) {
    super('A percentage is 100 at most: 1,000 tenths.')
    this.field = field
  }
}
