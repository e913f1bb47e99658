import type { Ports } from '@patchwork/aggregate'
import { AssetListed, type EventEnvelope, OrganisationRegistered } from '@patchwork/events'
import type { Asset } from '../domain/asset.ts'
import type { AssetIndex } from '../store/assetIndex.ts'
import type { Directory } from '../store/directory.ts'
import { toPublicAsset } from '../store/publicAsset.ts'
import { toPublicOrganisation } from '../store/publicOffer.ts'
import { followEvents } from './followEvents.ts'
import type { SearchSync } from './searchSync.ts'

const pageSize = 500

/**
 * Keeps an index showing exactly the listed assets, as their documents and those of their organisations are. Events only signal, as for the search of offers:
 * one that comes twice, late or never again changes nothing that the documents do not say. `group` belongs to this index alone.
 */
export const syncAssets = async (
  { index, directory, group }: { index: AssetIndex; directory: Directory; group: string },
  { log, logger, runtime }: Pick<Ports, 'log' | 'logger' | 'runtime'>,
): Promise<SearchSync> => {
  const { assets, organisations } = directory
  /** One reading after the other, so that an older one never overtakes a newer one. */
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const next = turn.then(work, work)
    turn = next.catch(() => undefined)
    return next
  }

  const show = async (found: readonly (Asset & { id: string; sequence: number })[]): Promise<void> => {
    const ids = [...new Set(found.flatMap(({ state }) => (state.status === 'listed' ? (state.organisationId ?? []) : [])))]
    const names = new Map((ids.length === 0 ? [] : await organisations.getMany(ids)).map((one) => [one.id, toPublicOrganisation(one)?.name]))
    for (const aggregate of found) {
      const { state } = aggregate
      const asset = toPublicAsset(aggregate, state.status === 'listed' && state.organisationId !== undefined ? names.get(state.organisationId) : undefined)
      if (asset) index.put(asset, aggregate.sequence)
      else index.remove(aggregate.id)
    }
  }

  const onAsset = ({ subject, sequence }: EventEnvelope): Promise<void> =>
    inTurn(async () => {
      if ((index.sequenceOf(subject) ?? 0) >= sequence) return
      const asset = await assets.get(subject)
      await show(asset ? [asset] : [])
    })

  /** Its name may be new: it stands in the words by which its assets are found. */
  const onOrganisation = ({ subject }: EventEnvelope): Promise<void> =>
    inTurn(async () => {
      const ids = index.assetsOf(subject)
      for (let from = 0; from < ids.length; from += pageSize) await show(await assets.getMany(ids.slice(from, from + pageSize)))
    })

  const fill = async (): Promise<number> => {
    const seen = new Set<string>()
    let after: string | undefined
    do {
      const page = await assets.find({ where: { status: { equals: 'listed' } }, limit: pageSize, ...(after === undefined ? {} : { after }) })
      await show(page.aggregates)
      for (const { id } of page.aggregates) seen.add(id)
      after = page.after
    } while (after !== undefined)
    for (const assetId of index.ids()) if (!seen.has(assetId)) index.remove(assetId)
    return seen.size
  }
  // An event of the time it takes waits for it, and then reads what is newer.
  const rebuild = (): Promise<number> => inTurn(fill)

  const startedAt = runtime.now()
  const count = await rebuild()
  logger.info({ count, durationMs: runtime.now() - startedAt }, 'The asset map shows what is listed')
  const following = await followEvents(
    {
      group,
      topics: [AssetListed.topic, OrganisationRegistered.topic],
      take: (event) => (event.type.startsWith('asset.') ? onAsset(event) : onOrganisation(event)),
      cannotShow: 'The asset map cannot show a record',
    },
    { log, logger },
  )
  return { ...following, rebuild }
}
