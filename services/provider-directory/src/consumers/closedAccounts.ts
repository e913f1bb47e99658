import { type Consumer, consume, on, type Ports, type ReactionContext } from '@patchwork/aggregate'
import { AccountClosed, AssetListed } from '@patchwork/events'
import { instant } from '@patchwork/runtime'
import { hideAsset } from '../domain/asset.ts'
import { type Directory, service } from '../store/directory.ts'

/** What somebody asked for with a token that was theirs before the closing comes at most so much later: tokens live for minutes. */
const tokensLiveMs = 3_600_000
/** More than a person can share. */
const skillsMax = 100

export const closedAccountsGroup = `${service}-closed-accounts`

/** An account that was closed, kept under its id: whose it was, and when. */
type ClosedAccount = { personId: string; closedAt: string }

/**
 * Hides the skills of a person whose account is closed: nobody could change them any more, or answer who asks for them. Nothing is removed, so that whoever gets another
 * account shows them again. What is shared at the same moment comes by an event of its own and goes the same way; what is shown later is of another account and stays.
 */
export const hideSkillsOfClosedAccounts = async ({ assets }: Pick<Directory, 'assets'>, ports: Ports): Promise<Consumer> => {
  const closed = await ports.documents.collection<ClosedAccount>({
    service,
    name: 'closed-account',
    fields: { personId: { path: 'personId', type: 'string' }, closedAt: { path: 'closedAt', type: 'string' } },
    indexes: { 'by-person': { fields: ['personId', 'closedAt'] } },
  })
  const hide = async (assetId: string, closedAt: string, command: ReactionContext['command']): Promise<void> => {
    const hiding = command(null, assetId)
    const until = instant({ now: () => Date.parse(closedAt) + tokensLiveMs })
    await assets.update(assetId, hiding, (asset) =>
      asset.state.status === 'listed' && asset.state.listedAt <= until ? hideAsset(asset, { assetId, at: hiding.at }) : { events: [] },
    )
  }
  return consume(
    {
      service,
      group: closedAccountsGroup,
      topics: [AccountClosed.topic, AssetListed.topic],
      handlers: [
        on(AccountClosed, async ({ time, data: { accountId, personId } }, { command }) => {
          // Noted before what is there is looked for: what is listed after the look finds it.
          await closed.insert(accountId, { personId, closedAt: time }).catch((error: unknown) => {
            if ((error as { code?: unknown }).code !== 'already-exists') throw error
          })
          const { aggregates } = await assets.find({ where: { personId: { equals: personId }, status: { equals: 'listed' } }, limit: skillsMax })
          for (const { id } of aggregates) await hide(id, time, command)
        }),
        on(AssetListed, async ({ data: { assetId, personId } }, { command }) => {
          if (personId === undefined) return
          const where = { personId: { equals: personId } }
          const { documents } = await closed.find({ where, sort: [{ field: 'closedAt', direction: 'descending' }], limit: 1 })
          for (const { body } of documents) await hide(assetId, body.closedAt, command)
        }),
      ],
    },
    ports,
  )
}
