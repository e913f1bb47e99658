import { idFor } from '@patchwork/aggregate'
import { z } from 'zod'

// A taxonomy that others keep and this place only reads: the local government list, Open Eligibility, or any in the tables of HSDS. Like the postcodes it is
// a file beside the place, written by `patchwork import taxonomy`, holds nothing of anybody, and is brought in again when a new version is published.

/** Languages that a term can have words in. The first is that of a taxonomy whose import says no other. */
export const termLanguages = ['en', 'cy'] as const
export const TermLanguage = z.enum(termLanguages)
export type TermLanguage = z.output<typeof TermLanguage>

export const termsMax = 20_000
export const taxonomiesMax = 10
/** Of one term with terms of other taxonomies. */
export const matchesMax = 20
export const lengths = { code: 200, name: 500, description: 10_000, uri: 500, version: 100 } as const

const words = { name: z.string().min(1).max(lengths.name), description: z.string().min(1).max(lengths.description).optional() }

const Term = z.strictObject({
  id: z.uuid(),
  code: z.string().min(1).max(lengths.code),
  ...words,
  /** The code of the term above. */
  parent: z.string().max(lengths.code).optional(),
  uri: z.string().max(lengths.uri).optional(),
  /** The day on which an import came without it. It is kept, as what carries it must still be readable. */
  retiredOn: z.iso.date().optional(),
  /** In other languages than that of the taxonomy. */
  translations: z.partialRecord(TermLanguage, z.strictObject(words)).optional(),
  /** Terms of other taxonomies that were here when this one was imported: ones that mean the same, or nearly. */
  matches: z
    .array(z.strictObject({ taxonomyId: z.uuid(), code: z.string().max(lengths.code), isExact: z.literal(true).optional() }))
    .max(matchesMax)
    .optional(),
})
export type Term = z.output<typeof Term>

/** Taxonomies that kinds of ours are mapped to. */
export const Scheme = z.enum(['lga', 'open-eligibility'])
export type Scheme = z.output<typeof Scheme>

export const Taxonomy = z.strictObject({
  format: z.literal(1),
  id: z.uuid(),
  name: z.string().min(1).max(lengths.name),
  description: z.string().min(1).max(lengths.description).optional(),
  uri: z.string().max(lengths.uri).optional(),
  version: z.string().min(1).max(lengths.version).optional(),
  scheme: Scheme.optional(),
  language: TermLanguage,
  /** The name of the file that it was read from, without where it lay. */
  source: z.string().max(500),
  importedAt: z.iso.datetime(),
  terms: z.array(Term).max(termsMax),
})
export type Taxonomy = z.output<typeof Taxonomy>

export const schemeNames: Readonly<Record<Scheme, string>> = { lga: 'Local government functions and services', 'open-eligibility': 'Open Eligibility' }

/** The name as it stands in a file's name and in what ids are made of; empty when nothing of it can. */
export const keyOf = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z\d]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 80)

export const taxonomyIdOf = (key: string): string => idFor(`open-referral/taxonomy/${key}`)
/** The id of a term without one of its own: the same at every import, and at every place. */
export const termIdOf = (key: string, code: string): string => idFor(`open-referral/taxonomy-term/${key}/${code}`)

const functionOrService = /^https?:\/\/id\.esd\.org\.uk\/(function|service)\/(\d+)$/i

/**
 * The code of a function or a service in the local government list, by its address: both are numbered from 1, so the number alone would mean two things.
 * Undefined for another address.
 */
export const localGovernmentCodeOf = (uri: string): string | undefined => {
  const [, kind, number] = functionOrService.exec(uri.trim()) ?? []
  return kind === undefined ? undefined : `${kind.toLowerCase()}/${number}`
}

/** An address as it is compared: lists that moved from http to https are the same lists. */
export const addressOf = (uri: string): string => uri.replace(/^https?:/i, '').replace(/\/$/, '')
