import { type MergedOrganisation, mirroredMembers } from './mergedMembers.ts'

const member = (personId: string, through?: string, memberRole: 'owner' | 'member' = 'member') => ({ personId, memberRole, ...(through ? { through } : {}) })
const one = (organisationId: string, into: string | undefined, ...members: MergedOrganisation['members'][number][]): MergedOrganisation => ({
  organisationId,
  ...(into ? { mergedInto: { organisationId: into, matchId: `${organisationId}-${into}` } } : {}),
  members,
})
const changes = (...organisations: MergedOrganisation[]) => Object.fromEntries(mirroredMembers(organisations))
const joins = (personId: string, throughMatchId: string, memberRole: 'owner' | 'member' = 'member') => ({ personId, memberRole, throughMatchId })
const none = { joins: [], leaves: [] }

test('D10 whoever acts for one of two that are merged acts for both, as what they are there', () => {
  expect(changes(one('b', undefined, member('q')), one('a', 'b', member('p', undefined, 'owner')))).toEqual({
    a: { joins: [joins('q', 'a-b')], leaves: [] },
    b: { joins: [joins('p', 'a-b', 'owner')], leaves: [] },
  })
})

test('D10 once it is so, nothing changes any more', () => {
  expect(changes(one('b', undefined, member('q'), member('p', 'a-b')), one('a', 'b', member('p'), member('q', 'a-b')))).toEqual({ a: none, b: none })
})

test('D10 it holds over a chain, each through the merge next to it', () => {
  expect(changes(one('c', undefined, member('r')), one('b', 'c', member('q')), one('a', 'b', member('p')))).toMatchObject({
    a: { joins: [joins('q', 'a-b'), joins('r', 'a-b')] },
    b: { joins: [joins('r', 'b-c'), joins('p', 'a-b')] },
    c: { joins: [joins('q', 'b-c'), joins('p', 'b-c')] },
  })
})

test('D10 undone, those who came through the merge leave, and whoever joined by themselves stays', () => {
  expect(changes(one('b', undefined, member('q'), member('p', 'a-b'), member('r')))).toEqual({ b: { joins: [], leaves: ['p'] } })
})
