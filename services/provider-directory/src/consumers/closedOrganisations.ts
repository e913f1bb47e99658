import { type Consumer, consume, on, type Ports, type ReactionContext } from '@patchwork/aggregate'
import { AssetListed, OfferPublished, OrganisationClosed, OrganisationMerged } from '@patchwork/events'
import { hideAsset } from '../domain/asset.ts'
import { withdrawOffer } from '../domain/offer.ts'
import { closeWithStanding } from '../domain/organisation.ts'
import { type Directory, service } from '../store/directory.ts'
import { isClosed, mergedIntoOf, standingAsOne } from '../store/standing.ts'

const pageSize = 100

export const closedOrganisationsGroup = `${service}-closed-organisations`

type CommandOf = ReactionContext['command']

/**
 * Carries out what follows from closing an organisation: those that it stands for close with it, its offers are withdrawn one by one, and what it speaks for is
 * hidden. Each has a key of its own, so that what a crash cut off goes on with the event and nothing is done twice. What was published at the same moment
 * comes by an event of its own, and goes the same way.
 */
export const closeOrganisations = (directory: Directory, ports: Ports): Promise<Consumer> => {
  const { organisations, offers, assets } = directory
  const withdraw = async (offerId: string, command: CommandOf): Promise<void> => {
    const withdrawing = command(null, `offer/${offerId}`)
    await offers.update(offerId, withdrawing, (offer) => withdrawOffer(offer, { offerId, at: withdrawing.at }))
  }
  const hide = async (assetId: string, command: CommandOf): Promise<void> => {
    const hiding = command(null, `asset/${assetId}`)
    // One that was taken out meanwhile is gone already.
    await assets.update(assetId, hiding, (asset) => (asset.state.status === 'listed' ? hideAsset(asset, { assetId, at: hiding.at }) : { events: [] }))
  }
  const close = async (organisationId: string, by: { intoOrganisationId: string; closedBy: string }, command: CommandOf): Promise<void> => {
    const closing = command(null, `organisation/${organisationId}`)
    await organisations.update(organisationId, closing, (current) => closeWithStanding(current, { organisationId, ...by, at: closing.at }))
  }
  return consume(
    {
      service,
      group: closedOrganisationsGroup,
      topics: [OrganisationClosed.topic, OfferPublished.topic, AssetListed.topic],
      handlers: [
        on(OrganisationClosed, async ({ data: { organisationId, closedBy } }, { command, signal }) => {
          // Those that were merged into one of them close by the event of that one.
          for (const merged of await standingAsOne(organisations, organisationId))
            if (mergedIntoOf(merged)?.organisationId === organisationId) await close(merged.id, { intoOrganisationId: organisationId, closedBy }, command)
          const of = { organisationId: { equals: organisationId } }
          for await (const id of idsOf((from) => offers.find({ where: { ...of, status: { equals: 'published' } }, limit: pageSize, ...from }), signal))
            await withdraw(id, command)
          for await (const id of idsOf((from) => assets.find({ where: { ...of, status: { equals: 'listed' } }, limit: pageSize, ...from }), signal))
            await hide(id, command)
        }),
        // Merged into one that was being closed.
        on(OrganisationMerged, async ({ data: { organisationId, intoOrganisationId, mergedBy } }, { command }) => {
          if (await isClosed(organisations, intoOrganisationId)) await close(organisationId, { intoOrganisationId, closedBy: mergedBy }, command)
        }),
        on(OfferPublished, async ({ data: { offerId, organisationId } }, { command }) => {
          if (await isClosed(organisations, organisationId)) await withdraw(offerId, command)
        }),
        on(AssetListed, async ({ data: { assetId, organisationId } }, { command }) => {
          if (organisationId !== undefined && (await isClosed(organisations, organisationId))) await hide(assetId, command)
        }),
      ],
    },
    ports,
  )
}

type Page = { aggregates: readonly { id: string }[]; after?: string | undefined }

/** Each at most once: one that was published again meanwhile comes by an event of its own. */
async function* idsOf(page: (from: { after?: string }) => Promise<Page>, signal: AbortSignal): AsyncGenerator<string> {
  let after: string | undefined
  do {
    const { aggregates, after: next } = await page(after === undefined ? {} : { after })
    for (const { id } of aggregates) {
      signal.throwIfAborted()
      yield id
    }
    after = next
  } while (after !== undefined)
}
