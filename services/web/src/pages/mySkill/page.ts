import { ownAsset, type WholeAsset } from '../../directory/asset.ts'
import { definePage, goTo } from '../../http/page.ts'
import { path } from '../../serviceCalls.ts'
import { choicesFor } from '../sharing/choices.ts'
import { EditSkillForm, fillSkill, NewSkillForm, skillBodyOf } from '../sharing/skillForm.ts'

/** A resident shares a skill: everyone finds it, with as much of their name as they choose. */
export const myNewSkillPage = definePage({
  name: 'mySkill',
  path: '/my/skills/new',
  for: ['resident'],
  load: async (visit) => ({ isNew: true, ...(await choicesFor(visit)) }),
  form: NewSkillForm,
  fill: () => ({ shownAs: 'first-name' }),
  save: async ({ isAdult: _said, ...values }, { services }) => {
    await services.post('provider-directory', '/skills', { ...skillBodyOf(values), isAdult: true })
    return goTo('/my/skills', { notice: 'mySkill.shared' })
  },
})

/** Says anew what one shares. */
export const myEditSkillPage = definePage({
  name: 'mySkill',
  path: '/my/skills/:assetId/edit',
  for: ['resident'],
  load: async (visit) => ({ isNew: false, ...(await ownAsset(visit.services, visit.params.assetId!)), ...(await choicesFor(visit)) }),
  form: EditSkillForm,
  fill: ({ record, version }: { record: WholeAsset; version: string }) => fillSkill(record, version),
  save: async ({ version, ...values }, { services, params }) => {
    await services.put('provider-directory', path`/skills/${params.assetId!}`, skillBodyOf(values), { ifMatch: version })
    return goTo('/my/skills', { notice: 'shell.saved' })
  },
})
