import { idFor } from '@patchwork/aggregate'
import type { DocumentStore } from '@patchwork/document-store'
import type { Sealer } from '@patchwork/encryption'
import { instant, type Runtime } from '@patchwork/runtime'
import { addressOf } from '../domain/invitation.ts'

/** Invitations that go to one address within a day, whoever sends them. */
export const invitationsPerAddressMax = 3
const dayMs = 24 * 3_600_000
const triesMax = 8
const forgottenAtOnceMax = 100

/** When invitations went to an address within the last day, under its keyed digest; each with the digest of what asked for it. */
type Body = { sent: { askedBy: string; at: string }[]; forgetAt: string }

export type InvitedAddresses = {
  /** Whether one more may go to this address now; then it is counted. A repeat of the same command is the one that was counted. */
  take(email: string, commandKey: string): Promise<boolean>
}

/**
 * Counts what is sent to each address, over all organisations of the place: nobody's mailbox is filled by anybody who registers one after another. What is a day
 * old is forgotten with the next that is counted.
 */
export const openInvitedAddresses = async (options: {
  documents: DocumentStore
  sealer: Pick<Sealer, 'blindIndex'>
  runtime: Pick<Runtime, 'now'>
}): Promise<InvitedAddresses> => {
  const { documents, sealer, runtime } = options
  const addresses = await documents.collection<Body>({
    service: 'provider-directory',
    name: 'invited-addresses',
    fields: { forgetAt: { path: 'forgetAt', type: 'string' } },
    indexes: { 'by-forget-at': { fields: ['forgetAt'] } },
  })
  const ago = (ms: number): string => instant({ now: () => runtime.now() - ms })

  const forget = async (): Promise<void> => {
    const { documents: old } = await addresses.find({ where: { forgetAt: { atMost: instant(runtime) } }, limit: forgottenAtOnceMax })
    for (const { id, revision } of old) await addresses.remove(id, { expectedRevision: revision })
  }

  const tryToTake = async (id: string, askedBy: string): Promise<boolean | 'again'> => {
    const stored = await addresses.get(id)
    const sent = (stored?.body.sent ?? []).filter(({ at }) => at > ago(dayMs))
    if (sent.some((one) => one.askedBy === askedBy)) return true
    if (sent.length >= invitationsPerAddressMax) return false
    const next: Body = { sent: [...sent, { askedBy, at: instant(runtime) }], forgetAt: ago(-dayMs) }
    if (stored) return (await addresses.replace(id, next, { expectedRevision: stored.revision })) === 'replaced' ? true : 'again'
    try {
      await addresses.insert(id, next)
      return true
    } catch (error) {
      if ((error as { code?: unknown } | null)?.code !== 'already-exists') throw error
      return 'again'
    }
  }

  return {
    take: async (email, commandKey) => {
      await forget()
      const id = sealer.blindIndex(addressOf(email), 'invited-address')
      for (let tries = 1; tries <= triesMax; tries += 1) {
        const taken = await tryToTake(id, idFor(commandKey))
        if (taken !== 'again') return taken
      }
      // So many at once to one address are not one person inviting.
      return false
    },
  }
}
