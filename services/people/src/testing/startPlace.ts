import { startTestService } from '@patchwork/service-testing'
import { start } from '../index.ts'

export { type Answer, newId, type Sending } from '@patchwork/service-testing'

const identityUrl = 'http://identity.place/api/identity'

/** The service, and an identity service that gives links of invitations. */
export const startPlace = async () => {
  /** What identity answers to whoever asks for the link of an invitation, and what it was asked. */
  const identity = {
    asked: [] as unknown[],
    answer: { status: 201, body: { url: 'https://place.example/take-up-invitation?token=secret', expiresAt: '2026-12-08T10:00:00.000Z' } as object },
  }
  const linkOfInvitation = (_path: string, init: RequestInit | undefined): Response => {
    identity.asked.push({ ...(JSON.parse(String(init?.body)) as object), key: new Headers(init?.headers).get('idempotency-key') })
    return Response.json(identity.answer.body, { status: identity.answer.status })
  }
  const place = await startTestService({
    service: 'people',
    start: (ports, settings) => start(ports, { ...settings, serviceUrls: { identity: identityUrl } }),
    neighbours: { [`${identityUrl}/invitations/link`]: linkOfInvitation },
  })
  return { ...place, identity }
}
export type Place = Awaited<ReturnType<typeof startPlace>>
