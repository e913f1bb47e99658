import { everyRole, type Fixtures } from './fixture.ts'

export const peopleFixtures: Fixtures = {
  'POST /api/people/people': {
    may: { any: ['navigator', 'administrator', 'service identity'] },
    prepare: async (_world, _owner, asker) => ({ body: { name: 'Somebody', ...(asker === 'service identity' ? { how: 'self' } : {}) } }),
  },
  'GET /api/people/people/me': { may: { own: everyRole }, byCaller: true, prepare: async (_world, { personId }) => ({ marks: [personId] }) },
  'PUT /api/people/people/me': {
    may: { own: everyRole },
    byCaller: true,
    prepare: async (_world, owner) => ({
      body: { name: owner.name, phone: '07700 900001' },
      look: async () => (await owner.send('GET', '/api/people/people/me')).body,
    }),
  },
  'GET /api/people/people': {
    may: { own: ['provider', 'navigator', 'coordinator'] },
    byCaller: true,
    prepare: async ({ personSeenBy }, owner) => {
      const personId = await personSeenBy(owner)
      return { query: { ids: personId }, marks: [personId] }
    },
  },
  'GET /api/people/people/{id}': {
    may: { own: ['provider', 'navigator', 'coordinator'] },
    prepare: async ({ personSeenBy }, owner) => {
      const personId = await personSeenBy(owner)
      return { params: { id: personId }, marks: [personId] }
    },
  },
  'GET /api/people/people/{id}/access-needs': {
    may: { own: ['provider', 'navigator', 'coordinator'] },
    prepare: async ({ personSeenBy }, owner) => ({ params: { id: await personSeenBy(owner) }, marks: ['large-print'] }),
  },
  'GET /api/people/people/contacts': {
    may: { any: ['service notification', 'service identity'] },
    prepare: async ({ residentOf }, owner) => ({ query: { ids: await residentOf(owner) }, marks: ['Somebody'] }),
  },
  'GET /api/people/people/{id}/contact': {
    may: { any: ['service notification', 'service identity'] },
    prepare: async ({ residentOf }, owner) => ({ params: { id: await residentOf(owner) }, marks: ['Somebody'] }),
  },
  'GET /api/people/people/{id}/access-log': {
    may: { own: everyRole },
    prepare: async (_world, { personId }) => ({ params: { id: personId } }),
  },
  'PUT /api/people/people/{id}': {
    may: { own: ['navigator'] },
    prepare: async ({ residentOf }, owner) => ({ params: { id: await residentOf(owner) }, body: { name: 'Somebody else' } }),
  },
  'POST /api/people/people/{id}/readings': {
    may: { any: ['service identity'] },
    prepare: async ({ residentOf, person }, owner) => ({
      params: { id: await residentOf(owner) },
      body: { readBy: person('partner', 'administrator').personId },
    }),
  },
  'GET /api/people/referrals/{id}/access': {
    may: { own: ['resident', 'provider', 'navigator', 'coordinator'] },
    // Anybody in these roles is answered; whoever has nothing to do with the referral, that there is none.
    byCaller: true,
    prepare: async ({ referralOf }, owner) => ({ params: { id: (await referralOf(owner, { accepted: true })).referralId }, marks: ['"open"'] }),
  },
  'POST /api/people/people/{id}/invitation/link': {
    may: { own: ['navigator'], any: ['administrator'] },
    prepare: async ({ invitedBy }, owner) => ({ params: { id: await invitedBy(owner) }, marks: ['token='] }),
  },
  'POST /api/people/people/{id}/invitation': {
    may: { own: ['navigator'], any: ['administrator'] },
    prepare: async ({ residentOf, newAddress }, owner) => ({ params: { id: await residentOf(owner) }, body: { email: newAddress() } }),
  },
}
