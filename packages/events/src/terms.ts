import { z } from 'zod'

// Words that more than one publisher's events use. Adding a code is a new optional meaning; removing one is never done.

export const Id = z.uuid()
export const Instant = z.iso.datetime({ precision: 3 })
export const Role = z.enum(['resident', 'provider', 'navigator', 'coordinator', 'commissioner', 'administrator'])
export type Role = z.infer<typeof Role>
/** What a referral or an offer is for: service delivery (`be-helped`) or community development (`join-in`). */
export const Track = z.enum(['be-helped', 'join-in'])
export type Track = z.infer<typeof Track>
/** Kinds of help and activity: Patchwork's own short list, used for filters, unmet need and dashboards. */
export const Category = z.enum([
  'advice-and-money',
  'befriending',
  'care-at-home',
  'care-homes',
  'children-and-families',
  'community-groups',
  'food',
  'garden-and-home',
  'health',
  'housing',
  'learning-and-work',
  'libraries',
  'mental-health',
  'pharmacies',
  'sport-and-leisure',
  'transport',
  'other',
])
export type Category = z.infer<typeof Category>
/** What form an offer has: what somebody gets by it, beside what it is about. */
export const FormKind = z.enum(['one-to-one', 'group', 'thing', 'space', 'advice'])
export type FormKind = z.infer<typeof FormKind>
/** What a place has beside services: what people share of their own, and what is there for everyone. */
export const AssetKind = z.enum(['skill', 'group', 'building', 'land', 'money', 'thing'])
export type AssetKind = z.infer<typeof AssetKind>
/** An ONS ward code. */
export const WardCode = z.string().regex(/^[EWSN]0500\d{4}$|^[EWSN]050\d{5}$/)
export const CapacityState = z.enum(['open', 'waiting-list', 'closed'])
/** A day without a time, as people in the place mean it: YYYY-MM-DD. */
export const CalendarDay = z.iso.date()
/** Money in whole pence. At most a hundred thousand million pounds, so that sums stay exact. */
export const Pence = z.int().min(0).max(10_000_000_000_000)
/** What makes two organisations of the directory likely to be one. */
export const matchReasons = ['same-number', 'same-name', 'similar-name', 'same-phone', 'same-website', 'same-email', 'same-postcode', 'other-number'] as const
/** Why two offers of one organisation are likely the same thing listed twice, and what speaks against it. */
export const offerMatchReasons = ['same-name', 'similar-name', 'same-postcode', 'same-times', 'other-postcode', 'other-times'] as const
