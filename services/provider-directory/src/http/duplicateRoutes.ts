import type { Command } from '@patchwork/aggregate'
import { matchReasons } from '@patchwork/events'
import { defineRoute, IdParams, ListQuery, NotFoundError } from '@patchwork/http'
import { z } from 'zod'
import { type MatchOfOrganisations, rejectMatch, takeRejectionBack } from '../domain/match.ts'
import { type ComparedField, compareWords, type MergedField, mergedFields, ownWords, type Side } from '../domain/mergedWords.ts'
import { membersMax, mergedMax, mergeOrganisation, undoMerge } from '../domain/organisation.ts'
import { RefusedError } from '../domain/refusals.ts'
import type { Directory } from '../store/directory.ts'
import { pageOfMatches } from '../store/matches.ts'
import { closedAtOf, type FoundOrganisation, mergedIntoOf, standingAsOne, standingFor } from '../store/standing.ts'
import { OrganisationKind } from './schemas.ts'

const offersNamedMax = 20
const matchStatuses = ['waiting', 'rejected', 'merged', 'closed'] as const

const count = z.int()
const id = z.uuid()
const MatchId = z.object({ matchId: id })
const Named = z.object({ organisationId: id, name: z.string() })
const Summary = MatchId.extend({
  status: z.enum(matchStatuses),
  certainty: count,
  reasons: z.array(z.enum(matchReasons)),
  /** Of merged ones the merged one first, and the one that stands after it. */
  organisations: z.array(Named),
})
const SideView = Named.extend({
  kind: OrganisationKind,
  origin: z.enum(['registered', 'open-data', 'imported']),
  /** Which record of which open data set or feed it was made from. */
  source: z.object({ code: z.string(), recordId: z.string() }).optional(),
  modifiedAt: z.string(),
  members: count,
  offers: count,
  /** The names of the first 20. */
  offerNames: z.array(z.string()),
  /** Where it is another one that stands for it now. */
  mergedInto: id.optional(),
  /** As it was looked at: a merge says which states of the two it was decided on. */
  sequence: count,
})
const PairView = Summary.omit({ organisations: true }).extend({
  organisations: z.array(SideView),
  /** Which of the two stands unless somebody chooses. */
  stands: id,
  fields: z.array(
    z.object({
      field: z.enum(mergedFields),
      is: z.enum(['equal', 'one-only', 'conflict']),
      /** In the order of the organisations. */
      values: z.array(z.string().nullable()),
      /** Whose words stand unless somebody chooses: what people said here, then the newer. */
      stands: id,
    }),
  ),
})
const MergeBody = z.strictObject({
  /** The one that stands for both from now on. */
  stands: id,
  /** Whose words stand, field by field; where none is said, as the comparison proposes. */
  fields: z.strictObject(Object.fromEntries(mergedFields.map((field) => [field, id.optional()])) as Record<MergedField, z.ZodOptional<typeof id>>).default({}),
  seen: z.array(z.strictObject({ organisationId: id, sequence: z.int().min(1) })).length(2),
})

type Pair = { match: MatchOfOrganisations; organisations: [FoundOrganisation, FoundOrganisation] }

/** Organisations that are likely one, for administrators: told apart for good, or merged, which can be undone. */
export const duplicateRoutes = ({ directory }: { directory: Directory }) => {
  const { matches, organisations } = directory
  return [
    defineRoute({
      method: 'get',
      path: '/duplicates',
      policy: 'duplicate.read',
      summary: 'Pairs of organisations that are likely one, the most certain first.',
      query: ListQuery.extend({ status: z.enum(['waiting', 'rejected', 'merged']).default('waiting') }),
      answer: z.object({ items: z.array(Summary), after: z.string().optional() }),
      handle: async ({ query: { status, limit, after } }) => ({
        body: await pageOfMatches(directory, { about: 'organisations', status, limit, after }, async (page) => {
          const found = page.flatMap(({ matchId, state }) => (state.status === 'none' || state.about === 'offers' ? [] : [{ matchId, state }]))
          const named = await organisations.getMany([...new Set(found.flatMap(({ state }) => state.organisationIds))])
          const nameOf = new Map(named.map(({ id: organisationId, details }) => [organisationId, details ? ownWords(details).name : '']))
          const closed = new Set(named.flatMap((one) => (closedAtOf(one) === undefined ? [] : [one.id])))
          // Of one that has closed since nothing is left to decide.
          const open = status === 'waiting' ? found.filter(({ state }) => !state.organisationIds.some((organisationId) => closed.has(organisationId))) : found
          return open.map(({ matchId, state }) => ({
            ...summaryOf(matchId, state),
            organisations: inOrder(state).map((organisationId) => ({ organisationId, name: nameOf.get(organisationId) ?? '' })),
          }))
        }),
      }),
    }),
    defineRoute({
      method: 'get',
      path: '/duplicates/:id',
      policy: 'duplicate.read',
      summary: 'One pair: the two side by side, field by field, and which would stand.',
      params: IdParams,
      answer: PairView,
      problems: ['not-found'],
      handle: async ({ params }) => {
        const pair = await pairOf(directory, params.id)
        if (!pair) throw new NotFoundError()
        const { match } = pair
        const ids = pair.organisations.map((one) => one.id)
        return {
          body: {
            ...summaryOf(params.id, match),
            organisations: await Promise.all(pair.organisations.map((one) => sideView(directory, one))),
            stands: standsOf(pair),
            fields: comparisonOf(pair).map(({ field, is, values, stands }) => ({
              field,
              is,
              values: values.map((value) => value ?? null),
              stands: ids[stands]!,
            })),
          },
        }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/duplicates/:id/merging',
      policy: 'duplicate.decide',
      summary: 'Says that the two are one: one of them stands for both from now on. Nothing of either is lost, and it can be undone.',
      params: IdParams,
      body: MergeBody,
      answer: MatchId.extend({ organisationId: id }),
      problems: [
        'match-not-found',
        'match-not-waiting',
        'match-outdated',
        'merged-already',
        'organisation-closed',
        'not-of-this-pair',
        'too-many-merged',
        'too-many-members-merged',
        'organisation-not-found',
      ],
      handle: async ({ params, body, caller, command }) => {
        if (caller.kind !== 'person') throw new NotFoundError()
        await merge(directory, { matchId: params.id, ...body, mergedBy: caller.personId }, command)
        return { body: { matchId: params.id, organisationId: body.stands } }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/duplicates/:id/undoing',
      policy: 'duplicate.decide',
      summary: 'Undoes a merge: both stand for themselves again, with their own words, offers and members.',
      params: IdParams,
      answer: MatchId,
      problems: ['match-not-found', 'match-not-merged', 'merge-not-last'],
      handle: async ({ params, caller, command }) => {
        if (caller.kind !== 'person') throw new NotFoundError()
        await undo(directory, { matchId: params.id, undoneBy: caller.personId }, command)
        return { body: { matchId: params.id } }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/duplicates/:id/rejection',
      policy: 'duplicate.decide',
      summary: 'Says that the two are not the same. They are not raised again until that is taken back.',
      params: IdParams,
      answer: MatchId,
      problems: ['match-not-found', 'match-not-waiting'],
      handle: async ({ params, caller, command }) => {
        if (caller.kind !== 'person') throw new NotFoundError()
        const { personId: rejectedBy } = caller
        await mustBeOfOrganisations(directory, params.id)
        const { sequence } = await matches.update(params.id, command, (match) => rejectMatch(match, { matchId: params.id, rejectedBy, at: command.at }))
        return { body: { matchId: params.id }, sequence }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/duplicates/:id/reopening',
      policy: 'duplicate.decide',
      summary: 'Takes back that the two are not the same: the pair waits again.',
      params: IdParams,
      answer: MatchId,
      problems: ['match-not-found', 'match-not-waiting'],
      handle: async ({ params, command }) => {
        await mustBeOfOrganisations(directory, params.id)
        const { sequence } = await matches.update(params.id, command, (match) => takeRejectionBack(match, { matchId: params.id, at: command.at }))
        return { body: { matchId: params.id }, sequence }
      },
    }),
  ]
}

/** Throws RefusedError `match-not-found` where the pair is none of organisations. */
const mustBeOfOrganisations = async ({ matches }: Directory, matchId: string): Promise<void> => {
  const state = (await matches.get(matchId))?.state
  if (!state || state.status === 'none' || state.about === 'offers') throw new RefusedError('match-not-found')
}

const summaryOf = (matchId: string, { status, certainty, reasons }: MatchOfOrganisations) => ({ matchId, status, certainty, reasons })

const inOrder = (match: MatchOfOrganisations): string[] =>
  match.status === 'merged' ? [match.mergedOrganisationId, match.intoOrganisationId] : match.organisationIds

const pairOf = async ({ matches, organisations }: Directory, matchId: string): Promise<Pair | undefined> => {
  const match = (await matches.get(matchId))?.state
  if (match === undefined || match.status === 'none' || match.about === 'offers') return undefined
  const found = new Map((await organisations.getMany(match.organisationIds)).map((one) => [one.id, one]))
  const [one, other] = inOrder(match).map((organisationId) => found.get(organisationId))
  return one && other ? { match, organisations: [one, other] } : undefined
}

const sideOf = ({ state, details }: FoundOrganisation): Side => ({
  details: ownWords(details!),
  isOwn: state.status === 'registered' && (state.memberIds.some((personId) => state.through?.[personId] === undefined) || state.origin === 'registered'),
})

/** Of two that wait, what they say now; of two that are merged, what each says by itself. */
const comparisonOf = ({ organisations: [one, other] }: Pair): ComparedField[] => compareWords(sideOf(one), sideOf(other))

/** The one that people act for stands; of two alike the one that was changed last. */
const standsOf = ({ match, organisations: [one, other] }: Pair): string => {
  if (match.status === 'merged') return match.intoOrganisationId
  const [left, right] = [sideOf(one), sideOf(other)]
  if (left.isOwn !== right.isOwn) return left.isOwn ? one.id : other.id
  return left.details.modifiedAt >= right.details.modifiedAt ? one.id : other.id
}

const sideView = async ({ offers }: Directory, organisation: FoundOrganisation): Promise<z.input<typeof SideView>> => {
  const { id: organisationId, state, details, sequence } = organisation
  if (state.status !== 'registered' || !details) throw new NotFoundError()
  const where = { organisationId: { equals: organisationId } }
  const [total, { aggregates }] = await Promise.all([offers.count(where), offers.find({ where, limit: offersNamedMax })])
  const mergedInto = mergedIntoOf(organisation)?.organisationId
  return {
    organisationId,
    name: ownWords(details).name,
    kind: state.kind,
    origin: state.origin,
    ...(details.source ? { source: { code: details.source.code, recordId: details.source.recordId } } : {}),
    modifiedAt: details.modifiedAt,
    members: state.memberIds.length,
    offers: total,
    offerNames: aggregates.flatMap((offer) => offer.details?.name ?? []),
    ...(mergedInto === undefined ? {} : { mergedInto }),
    sequence,
  }
}

type Merge = z.output<typeof MergeBody> & { matchId: string; mergedBy: string }

/**
 * One write makes it so; words, members and matches follow by its event. Throws RefusedError `match-not-found`, `match-not-waiting`, `match-outdated`,
 * `merged-already`, `organisation-closed`, `not-of-this-pair`, `too-many-merged`, `too-many-members-merged`.
 */
const merge = async (directory: Directory, { matchId, stands, fields, seen, mergedBy }: Merge, command: Command): Promise<void> => {
  const { organisations } = directory
  const pair = await pairOf(directory, matchId)
  if (!pair) throw new RefusedError('match-not-found')
  const [one, other] = pair.organisations
  const [standing, merged] = stands === one.id ? [one, other] : [other, one]
  if (standing.id !== stands) throw new RefusedError('not-of-this-pair', '/stands')
  for (const field of mergedFields)
    if (fields[field] !== undefined && ![one.id, other.id].includes(fields[field])) throw new RefusedError('not-of-this-pair', `/fields/${field}`)
  const seenOf = (organisationId: string) => seen.find((state) => state.organisationId === organisationId)?.sequence
  const ids = [one.id, other.id]
  const taken = comparisonOf(pair)
    .filter(({ field, is, stands: proposed }) => is !== 'equal' && (fields[field] ?? ids[proposed]) === merged.id)
    .map(({ field }) => field)
  if (mergedIntoOf(merged)?.organisationId !== standing.id) {
    if (pair.match.status !== 'waiting') throw new RefusedError('match-not-waiting')
    if (mergedIntoOf(merged) || mergedIntoOf(standing)) throw new RefusedError('merged-already')
    if (closedAtOf(merged) !== undefined || closedAtOf(standing) !== undefined) throw new RefusedError('organisation-closed')
    if (seenOf(standing.id) !== standing.sequence) throw new RefusedError('match-outdated')
    await mustFit(directory, standing.id, merged.id)
  }
  const at = command.at
  await organisations.update(merged.id, command, (current) => {
    const decision = mergeOrganisation(current, { organisationId: merged.id, intoOrganisationId: standing.id, matchId, mergedBy, at, fields: taken })
    if (decision.events.length > 0 && seenOf(merged.id) !== current.sequence) throw new RefusedError('match-outdated')
    return decision
  })
  // Whoever merged the other way round, or on in a ring, at the same moment has been first, or sees this in turn: nobody may lead to themselves.
  const leadsTo = (await standingFor(organisations, standing.id))?.path.some((step) => step.id === merged.id)
  if (!leadsTo) return
  const ring: Command = { ...command, key: `${command.key}/ring`, repeatable: false }
  await organisations.update(merged.id, ring, (current) => undoMerge(current, { organisationId: merged.id, matchId, undoneBy: mergedBy, at }))
  throw new RefusedError('merged-already')
}

const mustFit = async ({ organisations }: Directory, ...ids: [string, string]): Promise<void> => {
  const all = (await Promise.all(ids.map((organisationId) => standingAsOne(organisations, organisationId)))).flat()
  if (all.length > mergedMax) throw new RefusedError('too-many-merged', '/stands')
  if (new Set(all.flatMap(({ state }) => state.memberIds)).size > membersMax) throw new RefusedError('too-many-members-merged', '/stands')
}

/** One write makes it so; what the merge had brought goes back by its event. Throws RefusedError `match-not-found`, `match-not-merged`, `merge-not-last`. */
const undo = async (directory: Directory, { matchId, undoneBy }: { matchId: string; undoneBy: string }, command: Command): Promise<void> => {
  const { organisations } = directory
  const pair = await pairOf(directory, matchId)
  if (!pair) throw new RefusedError('match-not-found')
  const merged = pair.organisations.find((one) => mergedIntoOf(one)?.matchId === matchId)
  // Undone a moment ago, and not heard of everywhere yet.
  if (!merged && pair.match.status === 'merged') return
  if (!merged) throw new RefusedError('match-not-merged')
  const standing = pair.organisations.find((one) => one !== merged)!
  if (mergedIntoOf(standing)) throw new RefusedError('merge-not-last')
  await organisations.update(merged.id, command, (current) => undoMerge(current, { organisationId: merged.id, matchId, undoneBy, at: command.at }))
}
