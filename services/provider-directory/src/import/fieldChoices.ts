import { hash } from 'node:crypto'
import { accessCodes } from '@patchwork/events'
import { canonical, type OfferDescription, type OfferDetails } from '../domain/offer.ts'
import { offerFields } from '../domain/offerFields.ts'

/** The fields of an offer that are chosen one by one where it was edited here and its feed says something else. */
export const chosenFields = offerFields
export type ChosenField = (typeof chosenFields)[number]
/** `both`: one after the other, or all that either has; only for words and lists. */
export const fieldChoices = ['ours', 'theirs', 'both'] as const
export type FieldChoice = (typeof fieldChoices)[number]
export type FieldChoices = Partial<Record<ChosenField, FieldChoice>>

type Said = Pick<OfferDescription, 'category' | 'details'>
type Value = Said['category'] | OfferDetails[Exclude<ChosenField, 'category'>]
/** What was said in each field, short: enough to see whether it changed. */
export type FieldDigests = Partial<Record<ChosenField, string>>

export type FieldDifference = {
  field: ChosenField
  ours: Value
  theirs: Value
  /** What keeping both gives, where that makes sense. */
  both?: Value
  /** Ours where it was edited here, theirs where only the feed has changed it. */
  proposed: 'ours' | 'theirs'
}

const digestLength = 12
// Fields end where those of an offer described by hand end.
const lengths: Partial<Record<ChosenField, number>> = { description: 4_000, forWhom: 500, timesInWords: 500 }
/** Of lists, what both have together, where that is no more than an offer may have. */
const listsMax: Partial<Record<ChosenField, number>> = { times: 50, exceptions: 100, languages: 50, accessibility: accessCodes.length }

const saidIn = ({ category, details }: Said, field: ChosenField): Value => (field === 'category' ? category : details[field])
const digestOf = (value: Value): string => hash('sha256', canonical(value ?? null), 'base64url').slice(0, digestLength)

export const fieldDigestsOf = (said: Said): FieldDigests => Object.fromEntries(chosenFields.map((field) => [field, digestOf(saidIn(said, field))]))

/**
 * Where an offer and its feed differ in what the feed has said anew since `before`, which is what it said when something of it was accepted last. Without
 * that everything that differs is told.
 */
export const differences = (ours: Said, theirs: Said, before: FieldDigests = {}): FieldDifference[] =>
  chosenFields.flatMap((field): FieldDifference[] => {
    const [own, said] = [saidIn(ours, field), saidIn(theirs, field)]
    const isTheSame = digestOf(own) === digestOf(said)
    if (isTheSame || before[field] === digestOf(said)) return []
    const both = bothOf(field, own, said)
    return [{ field, ours: own, theirs: said, ...(both === undefined ? {} : { both }), proposed: before[field] === digestOf(own) ? 'theirs' : 'ours' }]
  })

const bothOf = (field: ChosenField, ours: Value, theirs: Value): Value => {
  if (ours === undefined || theirs === undefined) return undefined
  const most = listsMax[field]
  if (most !== undefined) {
    const [own, said] = [ours, theirs] as unknown[][] as [unknown[], unknown[]]
    const all = [...own, ...said.filter((one) => !own.some((known) => canonical(known) === canonical(one)))]
    return own.length === 0 || said.length === 0 || all.length > most ? undefined : (all as Value)
  }
  if (field === 'contact') return { ...(theirs as OfferDetails['contact']), ...(ours as OfferDetails['contact']) }
  const length = lengths[field]
  if (length === undefined) return undefined
  const joined = `${ours as string}${field === 'description' ? '\n\n' : '; '}${theirs as string}`
  return joined.length > length || ours === '' || theirs === '' ? undefined : joined
}

/** The offer with what was chosen; where nothing was, as the difference proposes. It says what its feed gave in fields of its own only where all is the feed's. */
export const withChoices = (ours: Said, theirs: Said, { choices, before }: { choices: FieldChoices; before?: FieldDigests | undefined }): Said => {
  let next = ours
  for (const { field, proposed, both, theirs: value } of differences(ours, theirs, before)) {
    const choice = choices[field] ?? proposed
    if (choice === 'ours') continue
    const chosen = choice === 'both' && both !== undefined ? both : value
    next = field === 'category' ? { ...next, category: chosen as Said['category'] } : { ...next, details: withValue(next.details, field, chosen) }
  }
  const isAllTheirs = chosenFields.every((field) => digestOf(saidIn(next, field)) === digestOf(saidIn(theirs, field)))
  const { given: _given, ...details } = next.details
  return isAllTheirs ? { ...next, details: { ...details, ...(theirs.details.given ? { given: theirs.details.given } : {}) } } : next
}

const withValue = (details: OfferDetails, field: Exclude<ChosenField, 'category'>, value: Value): OfferDetails => {
  const { [field]: _before, ...rest } = details
  return (value === undefined ? rest : { ...rest, [field]: value }) as OfferDetails
}
