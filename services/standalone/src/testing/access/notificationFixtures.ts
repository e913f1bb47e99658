import { everyRole, type Fixtures } from './fixture.ts'

// Nothing that a commissioner has to do with is told by message yet.
const withoutMessages = ['commissioner'] as const

export const notificationFixtures: Fixtures = {
  'GET /api/notification/messages': {
    may: { own: everyRole },
    byCaller: true,
    without: withoutMessages,
    prepare: async ({ messageTo }, owner) => ({ marks: [await messageTo(owner)] }),
  },
  'POST /api/notification/messages/{id}/reading': {
    may: { own: everyRole },
    without: withoutMessages,
    prepare: async ({ messageTo }, owner) => ({ params: { id: await messageTo(owner) } }),
  },
  // What arrives in a stream is tried beside the service itself: here, that it opens for whom it should.
  'GET /api/notification/messages/live': { may: { own: everyRole }, byCaller: true, prepare: async () => ({}) },
  'GET /api/notification/deliveries': { may: { any: ['administrator'] }, prepare: async () => ({}) },
  'GET /api/notification/mail-sink': { may: { any: ['administrator'] }, prepare: async () => ({}) },
  'GET /api/notification/mail': { may: { any: ['anyone'] }, prepare: async () => ({}) },
  'GET /api/notification/preferences': {
    may: { own: everyRole },
    byCaller: true,
    prepare: async (_world, owner) => {
      await owner.send('PUT', '/api/notification/preferences', { body: { language: 'cy', email: false } })
      return { marks: ['"language":"cy"'] }
    },
  },
  'PUT /api/notification/preferences': {
    may: { own: everyRole },
    byCaller: true,
    prepare: async (_world, owner) => {
      await owner.send('PUT', '/api/notification/preferences', { body: { language: 'cy', email: false } })
      return {
        body: { language: 'en', email: true },
        look: async () => (await owner.send('GET', '/api/notification/preferences')).body,
      }
    },
  },
}
