import { FoundAssets, WholeAsset } from '../../directory/asset.ts'
import { definePage, type Visit } from '../../http/page.ts'
import { drawWardMap } from '../../map/wardMap.ts'
import { path } from '../../serviceCalls.ts'

/** Those who introduce people to each other. */
export const introducing = ['navigator', 'coordinator'] as const

/** One thing that is strong here. A skill has no way to its person but through those who introduce people. */
export const assetPage = definePage({
  name: 'asset',
  path: '/assets/:id',
  for: 'anyone',
  load: async ({ services, params, person, wards: readWards, t, format }) => {
    const [record, wards] = await Promise.all([services.get('provider-directory', path`/assets/${params.id!}`, WholeAsset), readWards()])
    const { latitude, longitude } = record.place ?? {}
    const pins = latitude === undefined || longitude === undefined ? [] : [{ latitude, longitude, number: 1, name: record.name }]
    const isSkill = record.kind === 'skill'
    return {
      record,
      isSkill,
      // Of a skill its ward and nothing nearer.
      map: record.wardCode === undefined ? undefined : drawWardMap(wards, { pins, servedWardCodes: [record.wardCode] }),
      hasPin: pins.length > 0,
      amount: record.kind !== 'money' ? undefined : record.pence === undefined ? t('assets.amountUnknown') : format.pounds(record.pence),
      groupsHere: isSkill ? await groupsIn({ services }, record.wardCode) : 0,
      mayIntroduce: isSkill && introducing.some((role) => role === person?.role),
      editHref: record.isYours ? (isSkill ? `/my/skills/${record.assetId}/edit` : `/provider/assets/${record.assetId}/edit`) : undefined,
      isCouncil: person?.role === 'administrator',
    }
  },
})

/** How many groups of a ward there are to ask. */
const groupsIn = async ({ services }: Pick<Visit, 'services'>, ward: string | undefined): Promise<number> =>
  ward === undefined ? 0 : (await services.get('provider-directory', '/assets', FoundAssets, { query: { ward, kind: 'group', limit: 1 } })).total
