import { ageGroupCodes, ageGroups, ageMax } from '@patchwork/events/codes'
import { isOpenTo } from './suiting.ts'

test('each age is in one group', () => {
  for (let age = 0; age <= ageMax; age += 1) expect(ageGroupCodes.filter((group) => age >= ageGroups[group][0] && age <= ageGroups[group][1])).toHaveLength(1)
})
test.each([
  [undefined, ageGroupCodes],
  [{ from: 60 }, ['50-to-64', '65-to-79', '80-and-over']],
  [{ to: 4 }, ['under-5']],
  [{ from: 16, to: 18 }, ['16-to-17', '18-to-24']],
  [{ from: 0, to: ageMax }, ageGroupCodes],
])('an offer for %j turns away every other group', (ages, groups) => expect(ageGroupCodes.filter((group) => isOpenTo(group, ages))).toEqual(groups))
