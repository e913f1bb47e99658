import type { Story } from './demonstrationHistories.ts'

const wards = {
  altrincham: 'E05015239',
  ashton: 'E05015240',
  broadheath: 'E05015242',
  brooklands: 'E05015243',
  bucklow: 'E05015244',
  gorseHill: 'E05015247',
  longford: 'E05015250',
  manor: 'E05015252',
  oldTrafford: 'E05015253',
  saleCentral: 'E05015254',
  saleMoor: 'E05015255',
  stretford: 'E05015256',
  urmston: 'E05015259',
}

const atHome = { email: 'nobody@example.org' }
/** What four neighbours share, each shown as they chose. */
const skills = [
  {
    by: 'George Whitfield',
    name: 'I can cook for forty, and show you how',
    description: 'Twenty years in an army kitchen. Stews, bread, and how to make a little go round.',
    category: 'food',
    wardCode: wards.saleMoor,
    gift: 'hands',
    shownAs: 'first-name',
    calledName: 'George',
  },
  {
    by: 'George Whitfield',
    name: 'I know every tree in the park, and where the owls are',
    description: 'Slow walks, at your pace.',
    category: 'sport-and-leisure',
    wardCode: wards.saleMoor,
    gift: 'heart',
    shownAs: 'first-name',
    calledName: 'George',
  },
  {
    by: 'Nora Lindqvist',
    name: 'I can mend clothes and take up hems',
    description: 'By hand or on my machine. Better still, I show you how.',
    category: 'garden-and-home',
    wardCode: wards.saleCentral,
    gift: 'hands',
    shownAs: 'name',
    calledName: 'Nora Lindqvist',
  },
  {
    by: 'Nora Lindqvist',
    name: 'I speak Swedish and German',
    description: 'To talk, or to read a letter with you.',
    category: 'learning-and-work',
    wardCode: wards.saleCentral,
    gift: 'head',
    shownAs: 'ask',
  },
  {
    by: 'Harold Obi',
    name: 'I can help with forms: I was a clerk for thirty years',
    description: 'Benefits, bus passes, the council. I explain, you decide.',
    category: 'advice-and-money',
    wardCode: wards.stretford,
    gift: 'head',
    shownAs: 'ask',
  },
  {
    by: 'Harold Obi',
    name: 'I play the trumpet, and would love to play with others',
    category: 'community-groups',
    wardCode: wards.stretford,
    gift: 'heart',
    shownAs: 'first-name',
    calledName: 'Harold',
  },
  {
    by: 'Beatrice Moss',
    name: 'I grow tomatoes from seed and always have too many plants',
    category: 'garden-and-home',
    wardCode: wards.urmston,
    gift: 'hands',
    shownAs: 'first-name',
    calledName: 'Beatrice',
  },
  {
    by: 'Beatrice Moss',
    name: 'I remember what this street was like in 1950',
    description: 'I tell the stories, schools are welcome too.',
    category: 'learning-and-work',
    wardCode: wards.urmston,
    gift: 'heart',
    shownAs: 'ask',
  },
] as const

const useful = { communityUse: 'Free to groups of the ward on weekday evenings', accessibility: ['step-free', 'accessible-toilet'] }
const meeting = (name: string, wardCode: string, meets: string, category = 'community-groups') => ({ kind: 'group', name, wardCode, meets, category })

/** What the good neighbours know of, ward by ward. Every one of them is fictional. */
const assets = [
  meeting('The Thursday cooks', wards.saleMoor, 'Thursdays at 10am, before the lunch', 'food'),
  meeting('Evening Star Choir', wards.saleCentral, 'Tuesdays at 7.30pm'),
  meeting('Canal Bank Walkers', wards.ashton, 'Sundays at 2pm, whatever the weather', 'sport-and-leisure'),
  meeting('The Repair Table', wards.oldTrafford, 'First Saturday of the month', 'garden-and-home'),
  meeting('Fathers and small children', wards.longford, 'Saturday mornings', 'children-and-families'),
  meeting('Readers of one long book', wards.altrincham, 'Second Monday of the month', 'libraries'),
  meeting('Friends of the old orchard', wards.brooklands, 'Saturdays from March to October', 'garden-and-home'),
  {
    kind: 'building',
    name: 'The tin hall',
    description: 'A room with a kitchen, forty chairs and a stove.',
    wardCode: wards.saleMoor,
    category: 'community-groups',
    capacity: 40,
    owner: 'The parish',
    ...useful,
  },
  {
    kind: 'building',
    name: 'The room above the bakery',
    description: 'Warm, with a piano. No lift.',
    wardCode: wards.gorseHill,
    category: 'community-groups',
    capacity: 15,
    owner: 'The baker',
    communityUse: 'Ask the baker',
    accessibility: ['quiet-space'],
  },
  {
    kind: 'building',
    name: 'The scout hut on the meadow',
    wardCode: wards.manor,
    category: 'children-and-families',
    capacity: 60,
    owner: 'The scouts',
    communityUse: 'By day in term time',
    accessibility: ['accessible-parking'],
  },
  {
    kind: 'land',
    name: 'Three plots that nobody digs',
    description: 'At the end of the allotments, with water.',
    wardCode: wards.bucklow,
    category: 'garden-and-home',
    owner: 'The council',
    communityUse: 'The allotment holders would be glad of neighbours',
  },
  {
    kind: 'land',
    name: 'The green behind the flats',
    wardCode: wards.oldTrafford,
    category: 'garden-and-home',
    owner: 'The housing association',
    communityUse: 'Planting days with everyone who lives there',
  },
  {
    kind: 'money',
    name: 'The good neighbour pot',
    description: 'Left over from the street party.',
    category: 'community-groups',
    wardCode: wards.saleMoor,
    purpose: 'Anything that neighbours do together',
    pence: 31_500,
    decidedBy: 'Whoever comes to the Thursday lunch',
  },
  {
    kind: 'money',
    name: 'Small sums for first tries',
    category: 'community-groups',
    purpose: 'Up to £100 for something that nobody here has tried',
    decidedBy: 'Five neighbours, drawn by lot each year',
  },
  {
    kind: 'thing',
    name: 'A gazebo and two long tables',
    category: 'community-groups',
    wardCode: wards.saleMoor,
    terms: 'lent',
    condition: 'Bring them back dry',
  },
  { kind: 'thing', name: 'A bread oven on wheels', category: 'food', wardCode: wards.broadheath, terms: 'lent', condition: 'With somebody who knows fire' },
  { kind: 'thing', name: 'Seedlings and cuttings in spring', category: 'garden-and-home', wardCode: wards.urmston, terms: 'given' },
  { kind: 'thing', name: 'A minibus with a lift, on Wednesdays', category: 'transport', wardCode: wards.stretford, terms: 'shared' },
] as const

/** What is strong here: skills that residents share, and what a network of neighbours knows of in its wards. */
export const whatIsStrong = async ({ as, organisations }: Story): Promise<void> => {
  for (const [index, { by, ...skill }] of skills.entries())
    await (await as(by)).post('/provider-directory/skills', `demo-skill-${index}`, { ...skill, reach: atHome, isAdult: true })
  const aisha = await as('Aisha Rahman')
  const organisationId = organisations.get('demo-neighbours')
  for (const [index, asset] of assets.entries()) await aisha.post('/provider-directory/assets', `demo-asset-${index}`, { ...asset, organisationId })
}
