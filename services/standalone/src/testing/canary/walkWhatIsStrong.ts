import { type Account, inHtml, uuid, type Walk } from './walk.ts'

type People = { resident: Account; provider: Account; navigator: Account; administrator: Account }

/** What a person shares and what an organisation speaks for, of every kind: said, said anew, hidden, shown and taken out, and read by those who introduce people. */
export const walkWhatIsStrong = async (walk: Walk, { resident, provider, navigator, administrator }: People): Promise<void> => {
  const skillId = await shareASkill(walk, resident)
  await navigator.browser.goTo(`/assets?${new URLSearchParams({ text: walk.canaries.word(), ward: 'E05015254' })}`)
  await navigator.browser.goTo(`/assets/${skillId}/reach`)
  await resident.browser.goTo('/my/skills')
  for (const step of ['hiding', 'showing']) await resident.browser.send(`/assets/${skillId}/${step}`, {})
  for (const kind of ['group', 'building', 'land', 'money', 'thing'] as const) {
    const assetId = await speakFor(walk, provider, kind)
    // One at a time, so that the one in the list is this one; the council takes the last one out.
    await (kind === 'thing' ? administrator : provider).browser.send(`/assets/${assetId}/removal`, {})
  }
  await resident.browser.send(`/assets/${skillId}/removal`, {})
}

const shareASkill = async ({ canaries }: Walk, { browser }: Account): Promise<string> => {
  const said = () => ({
    ...{ name: canaries.word(), description: canaries.word(), category: 'food', wardCode: 'E05015254', gift: 'heart', shownAs: 'name' },
    ...{ calledName: canaries.word(), 'reach-email': canaries.email(), 'reach-phone': canaries.phone() },
  })
  const { html } = await browser.send('/my/skills/new', { ...said(), isAdult: 'yes' })
  const skillId = inHtml(html, new RegExp(`/my/skills/${uuid}/edit`))
  await browser.send(`/my/skills/${skillId}/edit`, said())
  return skillId
}

const speakFor = async ({ canaries }: Walk, { browser }: Account, kind: 'group' | 'building' | 'land' | 'money' | 'thing'): Promise<string> => {
  const where = () => ({ 'place-address': canaries.offer(), 'place-postcode': 'M33 7ZF' })
  const building = () => ({ ...where(), capacity: '40', owner: canaries.offer(), communityUse: canaries.offer(), accessibility: ['step-free'] })
  const proper = {
    group: () => ({ ...where(), meets: canaries.offer() }),
    building,
    land: building,
    money: () => ({ purpose: canaries.offer(), pence: '100', deadlineOn: '2030-01-02', decidedBy: canaries.offer() }),
    thing: () => ({ terms: 'lent', condition: canaries.offer() }),
  }
  const said = () => ({
    ...{ name: canaries.offer(), description: canaries.offer(), category: 'community-groups', wardCode: 'E05015254', ...proper[kind]() },
    ...{ 'contact-name': canaries.offer(), 'contact-email': `${canaries.offer()}@canary-place.uk`, 'contact-phone': '0161 496 0000' },
    'contact-website': `https://${canaries.offer()}.example`,
  })
  const { html } = await browser.send(`/provider/assets/new?kind=${kind}`, said())
  const assetId = inHtml(html, new RegExp(`/provider/assets/${uuid}/edit`))
  await browser.send(`/provider/assets/${assetId}/edit`, said())
  return assetId
}
