import { type Caller, levelFor, roles } from './caller.ts'
import { type PolicyName, policies } from './policies.ts'

const names = Object.keys(policies) as PolicyName[]
const person = (role: string) => ({ kind: 'person', personId: 'p', accountId: 'a', role }) as Caller

describe('the table of policies', () => {
  test.each(names)('%s lets somebody in', (name) => {
    const levels = Object.values(policies[name])
    expect(levels.some((level) => level === 'any' || level === 'own' || Array.isArray(level))).toBe(true)
  })
  test.each(names)('%s gives exactly what its line says, and none to everyone it does not name', (name) => {
    const line: Record<string, unknown> = policies[name]
    for (const role of roles.filter((one) => one !== 'service' && one !== 'anyone'))
      expect(levelFor(person(role), name)).toBe(line.anyone ?? line[role] ?? 'none')
    expect(levelFor({ kind: 'anyone' }, name)).toBe(line.anyone ?? 'none')
  })
  test('a service may ask only what names it', () => {
    expect(levelFor({ kind: 'service', service: 'notification' }, 'person.read-contact')).toBe('any')
    expect(levelFor({ kind: 'service', service: 'referral' }, 'person.read-contact')).toBe('none')
    expect(levelFor({ kind: 'service', service: 'notification' }, 'person.read')).toBe('none')
  })
  test('nobody but the people themselves and services reads a contact or a delivery without a reason', () => {
    expect(levelFor(person('administrator'), 'person.read-contact')).toBe('none')
    expect(levelFor(person('commissioner'), 'person.read')).toBe('none')
    expect(levelFor(person('administrator'), 'person.read')).toBe('none')
  })
})
